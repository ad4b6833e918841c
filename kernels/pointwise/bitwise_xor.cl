// bitwise_xor: y = the bits that one of a and b has; of bools, whether it holds.  For integers; no gradient.
#if IS_INTEGER
PURE real bitwise_xor_forward(real a, real b) { return a ^ b; }
#endif
