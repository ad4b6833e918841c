// lgamma: y = ln |Gamma(x)|;  dx = dy digamma(x), by the functions of mul and digamma.
PURE real lgamma_forward(real x) { return lgamma(x); }
