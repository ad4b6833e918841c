package dev.clgrad.data;

import dev.clgrad.ClgradException;
import dev.clgrad.DataException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A digits data set that clgrad draws itself, for machines where MNIST is not at hand.
 *
 * <p>Each picture is one of a few stroke drawings of its digit, with a random pen width, slant,
 * rotation, size, place, jitter of every point, and noise. No font is used. The same seed gives the
 * same bytes on every machine. The default set is somewhat like MNIST in difficulty.
 */
public final class StrokeDigits {
  /** The seed of the default set. */
  public static final long SEED = 1;

  /** Training pictures of the default set. */
  public static final int TRAIN_SIZE = 12_000;

  /** Test pictures of the default set. */
  public static final int TEST_SIZE = 2_000;

  /** The system property that names the folder for caches. */
  public static final String CACHE_PROPERTY = "clgrad.cache";

  /** Raise this with {@link #FINGERPRINT} whenever the pictures change. */
  static final String FOLDER = "stroke-digits-v1-seed" + SEED;

  /** SHA-256 of the default set: what {@link #fingerprint} gives for it. */
  static final String FINGERPRINT =
      "ef18382b1affbc8e86fffa6e0dfc458f8893f8aac7e6558e6f18b00e59cd243a";

  private static final Logger LOG = LoggerFactory.getLogger(StrokeDigits.class);

  private StrokeDigits() {}

  /**
   * The default set, read from {@link #cacheFolder} after drawing it there where it is missing, as
   * {@link #load(Path)} does.
   */
  public static Digits load() {
    return load(cacheFolder());
  }

  /**
   * The default set, read from this folder for caches after drawing it there where it is missing,
   * damaged or another. Where the folder cannot be written, a warning is logged and the set stays
   * in memory.
   */
  public static Digits load(Path cache) {
    Path folder = cache.resolve(FOLDER);
    Digits cached = readCache(folder);
    if (cached != null) {
      return cached.withSource(sentence("cached in " + folder));
    }
    Digits drawn = generate(SEED, TRAIN_SIZE, TEST_SIZE);
    try {
      drawn.save(folder);
    } catch (DataException e) {
      LOG.warn("The digits cannot be cached and are drawn again next time: {}", e.getMessage());
      return drawn.withSource(sentence("drawn now and not cached"));
    }
    // Read back like any other data set. Uncompressed files that someone put there come first.
    Digits saved = readCache(folder);
    if (saved == null) {
      LOG.warn("The cache {} holds files of others beside the digits; remove it.", folder);
      return drawn.withSource(sentence("drawn now and not cached"));
    }
    return saved.withSource(sentence("drawn now and cached in " + folder));
  }

  private static @Nullable Digits readCache(Path folder) {
    if (!Files.isDirectory(folder)) {
      return null;
    }
    try {
      Digits digits = Digits.load(folder);
      if (fingerprint(digits).equals(FINGERPRINT)) {
        return digits;
      }
      LOG.info("The cache {} holds other digits and is drawn again.", folder);
    } catch (DataException e) {
      LOG.info("The cache {} is damaged and is drawn again: {}", folder, e.getMessage());
    }
    return null;
  }

  private static String sentence(String where) {
    return TRAIN_SIZE
        + " training and "
        + TEST_SIZE
        + " test images of digits that clgrad draws from strokes itself, seed "
        + SEED
        + ", "
        + where
        + ".";
  }

  /**
   * The folder for caches: the system property {@link #CACHE_PROPERTY}, or else {@code clgrad} in
   * {@code $XDG_CACHE_HOME}, or else in {@code .cache} in the home folder.
   */
  public static Path cacheFolder() {
    String property = System.getProperty(CACHE_PROPERTY, "");
    if (!property.isEmpty()) {
      return Path.of(property);
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    // The XDG base directory specification says to ignore relative paths.
    if (xdg != null && Path.of(xdg).isAbsolute()) {
      return Path.of(xdg, "clgrad");
    }
    return Path.of(System.getProperty("user.home", "."), ".cache", "clgrad");
  }

  /**
   * Draws a data set, with every digit the same number of times in each part, or one more.
   *
   * @param seed which set; the same bytes for the same numbers on every machine
   * @param trainSize training pictures
   * @param testSize test pictures
   * @throws ClgradException if a size is not positive or too large for an array
   */
  public static Digits generate(long seed, int trainSize, int testSize) {
    // Each picture has a random stream of its own, so parts of any size share none.
    Digits.Part train = part(seed, 0, trainSize);
    Digits.Part test = part(seed, 1L << 33, testSize);
    return new Digits(
        train,
        test,
        trainSize
            + " training and "
            + testSize
            + " test images of digits that clgrad draws from strokes itself, seed "
            + seed
            + ".");
  }

  private static Digits.Part part(long seed, long firstStream, int size) {
    if (size < 1 || (long) size * Digits.PIXELS > Integer.MAX_VALUE - 8) {
      throw new ClgradException(
          "stroke digits: "
              + size
              + " images; expected 1 to "
              + (Integer.MAX_VALUE - 8) / Digits.PIXELS);
    }
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i % Digits.CLASSES;
    }
    new SplitMix64(seed, firstStream).shuffle(order);
    byte[] images = new byte[size * Digits.PIXELS];
    byte[] labels = new byte[size];
    ThreadLocal<Pen> pens = ThreadLocal.withInitial(Pen::new);
    IntStream.range(0, size)
        .parallel()
        .forEach(
            i -> {
              labels[i] = (byte) order[i];
              SplitMix64 random = new SplitMix64(seed, firstStream + 1 + i);
              pens.get().draw(order[i], random, images, i * Digits.PIXELS);
            });
    return new Digits.Part(images, labels);
  }

  /** SHA-256 of sizes, pictures and labels, in hexadecimal. */
  static String fingerprint(Digits digits) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(
          ByteBuffer.allocate(8)
              .putInt(digits.train().size())
              .putInt(digits.test().size())
              .array());
      digest.update(digits.train().images());
      digest.update(digits.train().labels());
      digest.update(digits.test().images());
      digest.update(digits.test().labels());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
