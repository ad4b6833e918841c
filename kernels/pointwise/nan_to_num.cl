// nan_to_num: y = x with numbers in the place of NaN, inf and -inf;  dx = dy where x is finite, else 0.  Backward reads x.
PURE real nan_to_num_forward(real x, real nan, real posinf, real neginf) {
  return isnan(x) ? nan : x == K(INFINITY) ? posinf : x == K(-INFINITY) ? neginf : x;
}
PURE real nan_to_num_backward(real dy, real x, real nan, real posinf, real neginf) { return isnan(x) || isinf(x) ? K(0) : dy; }
