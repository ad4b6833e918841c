// relu: y = max(x, 0), NaN at NaN;  dx = dy where y > 0, 0 where y = 0.  Backward reads the saved y.
PURE real relu_forward(real x)           { return x <= K(0) ? K(0) : x; }
PURE real relu_backward(real dy, real y) { return y <= K(0) ? K(0) : dy; }
