// random: numbers by Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011).
// Block j of a stream is philox(counter = (j, stream), key = seed), four words w0..w3 of 32 bits; a call takes the blocks
// from `first` on. The words, the uniform numbers and the integers are the same on every device.
//   random_bits      the words themselves                                                     4 a block, int
//   random_integers  low + (w0 + w1 2^32) mod range, and w2, w3 likewise                      2 a block, long
//   random_uniform   [0, 1): (w >> 8) 2^-24, or 53 bits of a pair of words times 2^-53        4 a block, 2 of double
//   random_normal    Box-Muller: r = sqrt(-2 ln u), r cos(2 pi v), r sin(2 pi v), with        4 a block, 2 of double
//                    u = w0 2^-32 + 2^-33 and v = w1 2^-32 (w2, w3 likewise), or 53 bits each of double
//   random_bernoulli 1 with probability p[i], else 0: whether uniform number i is below it      as random_uniform
//   random_multinomial_sums     cumulative sums of each row of n weights, added up in order    one work-item a row
//   random_multinomial          the first whose sum is above u times the whole, u from block i one work-item a sample
//   random_multinomial_without  likewise, one after another, without those drawn before        one work-item a row
// What is no probability, and a row of weights that is none, is flagged in `status`. Sums are added up in one order and
// never fused with products, so that every device draws the same.
// No gradient. Launch: one work-item a block, where nothing else is said.

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
  #pragma unroll
  for (size_t k = 0; k < PER_BLOCK; k += 2) {
    const size_t at = block * PER_BLOCK + k;
    const ELEM r = sqrt((ELEM)-2 * log(u[k / 2]));
    if (at < n) y[y_offset + at] = r * cos(angle[k / 2]);
    if (at + 1 < n) y[y_offset + at + 1] = r * sin(angle[k / 2]);
  }
}

// The uniform numbers of a block, as random_uniform stores them.
static void random_uniforms(const ulong block, const ulong stream, const ulong seed, ELEM* u) {
  const uint4 w = random_block(block, stream, seed);
#if IS_DOUBLE
  u[0] = random_fraction(w.x, w.y);
  u[1] = random_fraction(w.z, w.w);
#else
  u[0] = (float)(w.x >> 8) * 0x1p-24f;
  u[1] = (float)(w.y >> 8) * 0x1p-24f;
  u[2] = (float)(w.z >> 8) * 0x1p-24f;
  u[3] = (float)(w.w >> 8) * 0x1p-24f;
#endif
}

__kernel void random_bernoulli(
    __global const ELEM* p, const ulong p_offset, __global ELEM* y, const ulong y_offset,
    __global long* status, const ulong status_offset, const ulong n,
    const ulong seed, const ulong stream, const ulong first) {
  const size_t block = get_global_id(0);
  ELEM u[PER_BLOCK];
  random_uniforms(first + block, stream, seed, u);
  for (size_t k = 0; k < PER_BLOCK; k++) {
    const size_t at = block * PER_BLOCK + k;
    if (at < n) {
      const ELEM chance = p[p_offset + at];
      if (!(chance >= 0 && chance <= 1)) {
        status[status_offset + 1] = (long)at;
        status[status_offset] = 1;
      }
      y[y_offset + at] = u[k] < chance ? 1 : 0;
    }
  }
}

__kernel void random_multinomial_sums(
    __global const ELEM* weights, const ulong weights_offset, __global ELEM* sums, const ulong sums_offset,
    __global long* status, const ulong status_offset, const ulong rows, const ulong n) {
  const size_t row = get_global_id(0);
  if (row >= rows) return;
  ELEM total = 0;
  int valid = 1;
  for (size_t j = 0; j < n; j++) {
    const ELEM weight = weights[weights_offset + row * n + j];
    valid = valid && weight >= 0;
    total += weight;
    sums[sums_offset + row * n + j] = total;
  }
  if (!(valid && total > 0 && !isinf(total))) {
    status[status_offset + 1] = (long)row;
    status[status_offset] = 1;
  }
}

__kernel void random_multinomial(
    __global const ELEM* sums, const ulong sums_offset, __global long* y, const ulong y_offset,
    const ulong n, const ulong samples, const ulong numel, const ulong seed, const ulong stream, const ulong first) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  ELEM u[PER_BLOCK];
  random_uniforms(first + item, stream, seed, u);
  __global const ELEM* own = sums + sums_offset + item / samples * n;
  const ELEM whole = own[n - 1];
  const ELEM wanted = u[0] * whole;
  size_t low = 0;
  size_t high = n - 1;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    // A product that was rounded up to the whole means the last that has a weight.
    if (own[middle] > wanted || own[middle] >= whole) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  y[y_offset + item] = (long)low;
}

__kernel void random_multinomial_without(
    __global const ELEM* weights, const ulong weights_offset, __global ELEM* left, const ulong left_offset,
    __global long* y, const ulong y_offset, __global long* status, const ulong status_offset,
    const ulong rows, const ulong n, const ulong samples, const ulong seed, const ulong stream, const ulong first) {
  const size_t row = get_global_id(0);
  if (row >= rows) return;
  __global ELEM* own = left + left_offset + row * n;
  int valid = 1;
  for (size_t j = 0; j < n; j++) {
    own[j] = weights[weights_offset + row * n + j];
    valid = valid && own[j] >= 0;
  }
  for (size_t k = 0; k < samples; k++) {
    ELEM u[PER_BLOCK];
    random_uniforms(first + row * samples + k, stream, seed, u);
    ELEM whole = 0;
    for (size_t j = 0; j < n; j++) whole += own[j];
    valid = valid && whole > 0 && !isinf(whole);
    const ELEM wanted = u[0] * whole;
    ELEM sum = 0;
    size_t found = 0;
    int done = 0;
    for (size_t j = 0; j < n; j++) {
      sum += own[j];
      if (!done && own[j] > 0) {
        found = j;
        done = sum > wanted;
      }
    }
    y[y_offset + row * samples + k] = (long)found;
    own[found] = 0;
  }
  if (!valid) {
    status[status_offset + 1] = (long)row;
    status[status_offset] = 1;
  }
}
#endif
