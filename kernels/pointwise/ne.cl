// ne: y = whether a is not equal to b, true where one is NaN.  No gradient.
PURE mask ne_forward(real a, real b) { return a != b; }
