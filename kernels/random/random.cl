// random: numbers by Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011).
// Block j of a stream is philox(counter = (j, stream), key = seed), four words w0..w3 of 32 bits; a call takes the blocks
// from `first` on. The words, the uniform numbers and the integers are the same on every device.
//   random_bits      the words themselves                                                     4 a block, int
//   random_integers  low + (w0 + w1 2^32) mod range, and w2, w3 likewise                      2 a block, long
//   random_uniform   [0, 1): (w >> 8) 2^-24, or 53 bits of a pair of words times 2^-53        4 a block, 2 of double
//   random_normal    Box-Muller: r = sqrt(-2 ln u), r cos(2 pi v), r sin(2 pi v), with        4 a block, 2 of double
//                    u = w0 2^-32 + 2^-33 and v = w1 2^-32 (w2, w3 likewise), or 53 bits each of double
// No gradient: there is no input. Launch: one work-item a block.

static uint4 random_block(const ulong block, const ulong stream, const ulong seed) {
  uint4 c = (uint4)((uint)block, (uint)(block >> 32), (uint)stream, (uint)(stream >> 32));
  uint key0 = (uint)seed;
  uint key1 = (uint)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const uint high0 = mul_hi(0xD2511F53u, c.x);
    const uint low0 = 0xD2511F53u * c.x;
    const uint high1 = mul_hi(0xCD9E8D57u, c.z);
    const uint low1 = 0xCD9E8D57u * c.z;
    c = (uint4)(high1 ^ c.y ^ key0, low1, high0 ^ c.w ^ key1, low0);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return c;
}

#if IS_INTEGER
__kernel void random_bits(
    __global ELEM* y, const ulong y_offset, const ulong n, const ulong seed, const ulong stream, const ulong first) {
  const size_t block = get_global_id(0);
  const uint4 w = random_block(first + block, stream, seed);
  const uint words[4] = {w.x, w.y, w.z, w.w};
  for (size_t k = 0; k < 4; k++) {
    const size_t at = block * 4 + k;
    if (at < n) y[y_offset + at] = (ELEM)words[k];
  }
}

__kernel void random_integers(
    __global ELEM* y, const ulong y_offset, const ulong n, const ulong seed, const ulong stream, const ulong first,
    const long low, const ulong range) {
  const size_t block = get_global_id(0);
  const uint4 w = random_block(first + block, stream, seed);
  const ulong pairs[2] = {((ulong)w.y << 32) | w.x, ((ulong)w.w << 32) | w.z};
  for (size_t k = 0; k < 2; k++) {
    const size_t at = block * 2 + k;
    if (at < n) y[y_offset + at] = (ELEM)(low + (long)(pairs[k] % range));
  }
}
#else
#if IS_DOUBLE
#define PER_BLOCK 2
// 53 bits of two words as a number in [0, 1).
static double random_fraction(const uint low, const uint high) {
  return (double)((((ulong)high << 32) | low) >> 11) * 0x1p-53;
}
#else
#define PER_BLOCK 4
#endif

__kernel void random_uniform(
    __global ELEM* y, const ulong y_offset, const ulong n, const ulong seed, const ulong stream, const ulong first) {
  const size_t block = get_global_id(0);
  const uint4 w = random_block(first + block, stream, seed);
#if IS_DOUBLE
  const ELEM u[2] = {random_fraction(w.x, w.y), random_fraction(w.z, w.w)};
#else
  const ELEM u[4] = {
      (float)(w.x >> 8) * 0x1p-24f, (float)(w.y >> 8) * 0x1p-24f, (float)(w.z >> 8) * 0x1p-24f, (float)(w.w >> 8) * 0x1p-24f};
#endif
  for (size_t k = 0; k < PER_BLOCK; k++) {
    const size_t at = block * PER_BLOCK + k;
    if (at < n) y[y_offset + at] = u[k];
  }
}

__kernel void random_normal(
    __global ELEM* y, const ulong y_offset, const ulong n, const ulong seed, const ulong stream, const ulong first) {
  const size_t block = get_global_id(0);
  const uint4 w = random_block(first + block, stream, seed);
#if IS_DOUBLE
  const ELEM u[1] = {random_fraction(w.x, w.y) + 0x1p-53};
  const ELEM angle[1] = {6.283185307179586 * random_fraction(w.z, w.w)};
#else
  const ELEM u[2] = {(float)w.x * 0x1p-32f + 0x1p-33f, (float)w.z * 0x1p-32f + 0x1p-33f};
  const ELEM angle[2] = {6.2831855f * ((float)w.y * 0x1p-32f), 6.2831855f * ((float)w.w * 0x1p-32f)};
#endif
  for (size_t k = 0; k < PER_BLOCK; k += 2) {
    const size_t at = block * PER_BLOCK + k;
    const ELEM r = sqrt((ELEM)-2 * log(u[k / 2]));
    if (at < n) y[y_offset + at] = r * cos(angle[k / 2]);
    if (at + 1 < n) y[y_offset + at + 1] = r * sin(angle[k / 2]);
  }
}
#endif
