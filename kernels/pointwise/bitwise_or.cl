// bitwise_or: y = the bits that a or b has; of bools, whether it holds.  For integers; no gradient.
#if IS_INTEGER
PURE real bitwise_or_forward(real a, real b) { return a | b; }
#endif
