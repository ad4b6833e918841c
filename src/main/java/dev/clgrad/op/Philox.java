package dev.clgrad.op;

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3" (2011): four words of 32 bits for each counter and key.
 */
final class Philox {
  private Philox() {}

  /**
   * Compares words with a threshold: word {@code index[i] mod 4} of block {@code first + index[i] /
   * 4} of stream 0.
   *
   * @param index not negative
   * @param threshold from 0 to 2^32
   * @param out where 1 goes if the word is at least the threshold, else 0
   */
  static void atLeast(long[] index, long seed, long first, long threshold, byte[] out, int n) {
    int[] words = new int[4];
    long block = -1;
    for (int i = 0; i < n; i++) {
      // Neighbors share a block.
      long own = index[i] >> 2;
      if (own != block) {
        block(first + own, 0, seed, words, 0);
        block = own;
      }
      long word = Integer.toUnsignedLong(words[(int) (index[i] & 3)]);
      out[i] = (byte) (word >= threshold ? 1 : 0);
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
