// eq: y = whether a is equal to b, false where one is NaN.  No gradient.
PURE mask eq_forward(real a, real b) { return a == b; }
