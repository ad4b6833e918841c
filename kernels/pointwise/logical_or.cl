// logical_or: y = whether of a and b at least one is not 0, as NaN is.  No gradient.
PURE mask logical_or_forward(real a, real b) { return (a != K(0)) || (b != K(0)); }
