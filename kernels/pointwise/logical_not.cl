// logical_not: y = whether x is 0.  No gradient.
PURE mask logical_not_forward(real x) { return x == K(0); }
