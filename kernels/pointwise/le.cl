// le: y = whether a is less than or equal to b, false where one is NaN.  No gradient.
PURE mask le_forward(real a, real b) { return a <= b; }
