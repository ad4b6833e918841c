// lt: y = whether a is less than b, false where one is NaN.  No gradient.
PURE mask lt_forward(real a, real b) { return a < b; }
