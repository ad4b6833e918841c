// logsigmoid: y = ln sigmoid(x) = min(x, 0) - ln(1 + e^-|x|);  dx = dy sigmoid(-x).  Backward reads x.
PURE real logsigmoid_forward(real x)           { return (x < K(0) ? x : K(0)) - log1p(exp(-fabs(x))); }
PURE real logsigmoid_backward(real dy, real x) { return dy / (K(1) + exp(x)); }
