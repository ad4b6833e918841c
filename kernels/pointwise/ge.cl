// ge: y = whether a is greater than or equal to b, false where one is NaN.  No gradient.
PURE mask ge_forward(real a, real b) { return a >= b; }
