// gt: y = whether a is greater than b, false where one is NaN.  No gradient.
PURE mask gt_forward(real a, real b) { return a > b; }
