// logical_xor: y = whether of a and b exactly one is not 0, as NaN is.  No gradient.
PURE mask logical_xor_forward(real a, real b) { return (a != K(0)) != (b != K(0)); }
