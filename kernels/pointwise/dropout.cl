// dropout: y = x / (1 - p) where x is kept, else 0 x;  dx = dy / (1 - p) where x was kept, else 0 dy.
// Whether an element is kept depends on the seed, on the first block of random numbers that the call has reserved, and on
// the element's index alone: backward, and whoever computes it again, draws the same. Element i takes word i mod 4 of
// block first + i / 4 of Philox4x32-10 (see random/random.cl) and is kept where the word is at least p 2^32.
#if IS_INTEGER
#if W == 1
#define DROPOUT_WORDS ulong
#else
#define DROPOUT_WORDS PASTE(ulong, W)
#endif
#define DROPOUT_TO_WORDS(v) PASTE(convert_, DROPOUT_WORDS)(v)
#define DROPOUT_K(c) ((DROPOUT_WORDS)(c##ul))

PURE mask dropout_keep(real index, real seed, real first, real threshold) {
  const DROPOUT_WORDS low = DROPOUT_K(0xFFFFFFFF);
  const DROPOUT_WORDS block = DROPOUT_TO_WORDS(first + (index >> K(2)));
  DROPOUT_WORDS c0 = block & low, c1 = block >> DROPOUT_K(32), c2 = DROPOUT_K(0), c3 = DROPOUT_K(0);
  DROPOUT_WORDS key0 = DROPOUT_TO_WORDS(seed) & low, key1 = DROPOUT_TO_WORDS(seed) >> DROPOUT_K(32);
  for (int round = 0; round < 10; round++) {
    const DROPOUT_WORDS product0 = c0 * DROPOUT_K(0xD2511F53);
    const DROPOUT_WORDS product1 = c2 * DROPOUT_K(0xCD9E8D57);
    c0 = (product1 >> DROPOUT_K(32)) ^ c1 ^ key0;
    c1 = product1 & low;
    c2 = (product0 >> DROPOUT_K(32)) ^ c3 ^ key1;
    c3 = product0 & low;
    key0 = (key0 + DROPOUT_K(0x9E3779B9)) & low;
    key1 = (key1 + DROPOUT_K(0xBB67AE85)) & low;
  }
  const real word = index & K(3);
  const DROPOUT_WORDS drawn = word == K(0) ? c0 : word == K(1) ? c1 : word == K(2) ? c2 : c3;
  return drawn >= DROPOUT_TO_WORDS(threshold);
}
#endif

PURE real dropout_forward(real x, mask keep, real scale)   { return x * (keep ? scale : K(0)); }
PURE real dropout_backward(real dy, mask keep, real scale) { return dy * (keep ? scale : K(0)); }
