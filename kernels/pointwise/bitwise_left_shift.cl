// bitwise_left_shift: y = a 2^b: its bits moved up by b places, 0 where b is negative or all are moved out.
// For integers; no gradient.
#if IS_INTEGER
PURE real bitwise_left_shift_forward(real a, real b) {
  const mask all = b < K(0) || b >= K(8 * sizeof(ELEM));
  return all ? K(0) : a << (all ? K(0) : b);
}
#endif
