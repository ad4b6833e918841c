package dev.clgrad.op;

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3" (2011): four words of 32 bits for each counter and key.
 */
final class Philox {
  private static final long MASK = 0xffffffffL;

  private Philox() {}

  /** How many blocks are computed at once. */
  private static final int LANES = 256;

  /**
   * Compares words with a threshold: word {@code index[i] mod 4} of block {@code first + index[i] /
   * 4} of stream 0.
   *
   * @param index not negative
   * @param threshold from 0 to 2^32
   * @param out where 1 goes if the word is at least the threshold, else 0
   */
  static void atLeast(long[] index, long seed, long first, long threshold, byte[] out, int n) {
    boolean run = true;
    for (int i = 1; i < n; i++) {
      run &= index[i] == index[0] + i;
    }
    long[] words = new long[4 * LANES];
    // Neighbors share a block.
    int each = run ? 4 * (LANES - 1) : LANES;
    for (int from = 0; from < n; from += each) {
      int behind = Math.min(from + each, n);
      long begin = index[from] >> 2;
      int blocks = run ? (int) ((index[behind - 1] >> 2) - begin) + 1 : behind - from;
      for (int k = 0; k < blocks; k++) {
        words[k] = first + (run ? begin + k : index[from + k] >> 2);
      }
      blocks(words, blocks, seed);
      for (int i = from; i < behind; i++) {
        int lane = run ? (int) ((index[i] >> 2) - begin) : i - from;
        out[i] = (byte) (words[(int) (index[i] & 3) * LANES + lane] >= threshold ? 1 : 0);
      }
    }
  }

  /**
   * The words of blocks of stream 0.
   *
   * @param c the blocks' numbers; then the first word of each, and from {@link #LANES}, 2 and 3
   *     times that on the others. One array, so that the compiler sees that its parts are apart and
   *     makes vector code
   */
  private static void blocks(long[] c, int n, long seed) {
    for (int i = 0; i < n; i++) {
      c[i + LANES] = c[i] >>> 32;
      c[i] &= MASK;
      c[i + 2 * LANES] = 0;
      c[i + 3 * LANES] = 0;
    }
    long key0 = seed & MASK;
    long key1 = seed >>> 32;
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < n; i++) {
        long product0 = c[i] * 0xD2511F53L;
        long product1 = c[i + 2 * LANES] * 0xCD9E8D57L;
        c[i] = (product1 >>> 32) ^ c[i + LANES] ^ key0;
        c[i + LANES] = product1 & MASK;
        c[i + 2 * LANES] = (product0 >>> 32) ^ c[i + 3 * LANES] ^ key1;
        c[i + 3 * LANES] = product0 & MASK;
      }
      key0 = (key0 + 0x9E3779B9L) & MASK;
      key1 = (key1 + 0xBB67AE85L) & MASK;
    }
  }

  /**
   * Writes the four words of a block.
   *
   * @param block the low 64 bits of the counter
   * @param stream the high 64 bits of the counter
   * @param seed the key
   */
  static void block(long block, long stream, long seed, int[] words, int at) {
    int c0 = (int) block;
    int c1 = (int) (block >>> 32);
    int c2 = (int) stream;
    int c3 = (int) (stream >>> 32);
    int key0 = (int) seed;
    int key1 = (int) (seed >>> 32);
    for (int round = 0; round < 10; round++) {
      long product0 = (c0 & 0xffffffffL) * 0xD2511F53L;
      long product1 = (c2 & 0xffffffffL) * 0xCD9E8D57L;
      c0 = (int) (product1 >>> 32) ^ c1 ^ key0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ key1;
      c3 = (int) product0;
      key0 += 0x9E3779B9;
      key1 += 0xBB67AE85;
    }
    words[at] = c0;
    words[at + 1] = c1;
    words[at + 2] = c2;
    words[at + 3] = c3;
  }
}
