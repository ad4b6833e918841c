// logical_and: y = whether of a and b both are not 0, as NaN is.  No gradient.
PURE mask logical_and_forward(real a, real b) { return (a != K(0)) && (b != K(0)); }
