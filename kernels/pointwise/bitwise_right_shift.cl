// bitwise_right_shift: y = a 2^-b rounded down: its bits moved down by b places, all where b is negative or too large.
// For integers; no gradient.
#if IS_INTEGER
PURE real bitwise_right_shift_forward(real a, real b) {
  const mask all = b < K(0) || b >= K(8 * sizeof(ELEM));
  return all ? (a < K(0) ? K(-1) : K(0)) : a >> (all ? K(0) : b);
}
#endif
