// bitwise_and: y = the bits that both a and b have; of bools, whether it holds.  For integers; no gradient.
#if IS_INTEGER
PURE real bitwise_and_forward(real a, real b) { return a & b; }
#endif
