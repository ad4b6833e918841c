// relu6: y = x, at least 0 and at most 6, NaN at NaN;  dx = dy where 0 < x < 6, else 0.  Backward reads x.
PURE real relu6_forward(real x)           { return x <= K(0) ? K(0) : x >= K(6) ? K(6) : x; }
PURE real relu6_backward(real dy, real x) { return x <= K(0) || x >= K(6) ? K(0) : dy; }
