package dev.clgrad.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.ClgradException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StrokeDigitsTest {
  private static final Digits DEFAULT =
      StrokeDigits.generate(StrokeDigits.SEED, StrokeDigits.TRAIN_SIZE, StrokeDigits.TEST_SIZE);

  @TempDir Path cache;

  private Path inCache(String name) {
    return cache.resolve(StrokeDigits.FOLDER).resolve(name);
  }

  /** Loads the set, which must be the default one, and be told to come from here. */
  private void assertLoads(String where) {
    Digits digits = StrokeDigits.load(cache);
    assertEquals(StrokeDigits.FINGERPRINT, StrokeDigits.fingerprint(digits));
    assertEquals(
        "12000 training and 2000 test images of digits that clgrad draws from strokes itself,"
            + " seed 1, "
            + where
            + ".",
        digits.source());
  }

  private String cached() {
    return "cached in " + cache.resolve(StrokeDigits.FOLDER);
  }

  @Test
  void theSameBytesEverywhere() {
    assertEquals(StrokeDigits.FINGERPRINT, StrokeDigits.fingerprint(DEFAULT));
    assertEquals(
        "1dd72514425913193664262f8f6f7efb00623f4ddd9116923ec4d2a1c3a22b14",
        StrokeDigits.fingerprint(StrokeDigits.generate(2, 30, 20)));
  }

  @Test
  void anotherSeedIsAnotherSet() {
    assertNotEquals(
        StrokeDigits.fingerprint(StrokeDigits.generate(2, 30, 20)),
        StrokeDigits.fingerprint(StrokeDigits.generate(3, 30, 20)));
  }

  @Test
  void everyDigitIsThereEquallyOften() {
    for (Digits.Part part : List.of(DEFAULT.train(), DEFAULT.test())) {
      int[] counts = new int[Digits.CLASSES];
      for (byte label : part.labels()) {
        counts[label]++;
      }
      for (int count : counts) {
        assertEquals(part.size() / Digits.CLASSES, count);
      }
    }
  }

  @Test
  void noPictureIsEmptyOrFullAndNoTwoAreTheSame() {
    long different =
        Stream.of(DEFAULT.train(), DEFAULT.test())
            .flatMap(StrokeDigitsTest::pictures)
            .map(Arrays::hashCode)
            .distinct()
            .count();
    // Some of 14,000 hash codes of 32 bits meet by chance: 0.02 pairs are expected.
    assertTrue(different >= 13_998, () -> different + " different pictures");
    Stream.of(DEFAULT.train(), DEFAULT.test())
        .flatMap(StrokeDigitsTest::pictures)
        .forEach(
            picture -> {
              int ink = 0;
              for (byte pixel : picture) {
                ink += (pixel & 0xFF) > 100 ? 1 : 0;
              }
              int dark = ink;
              assertTrue(dark > 10 && dark < 300, () -> dark + " dark pixels");
            });
  }

  private static Stream<byte[]> pictures(Digits.Part part) {
    Stream.Builder<byte[]> all = Stream.builder();
    for (int i = 0; i < part.size(); i++) {
      all.add(Arrays.copyOfRange(part.images(), i * Digits.PIXELS, (i + 1) * Digits.PIXELS));
    }
    return all.build();
  }

  /** The nearest class mean is a weak classifier: far above chance, well below a trained one. */
  @Test
  void labelsBelongToTheirPicturesAndTheTaskIsNotTrivial() {
    double[][] means = new double[Digits.CLASSES][Digits.PIXELS];
    for (int i = 0; i < DEFAULT.train().size(); i++) {
      double[] mean = means[DEFAULT.train().labels()[i]];
      for (int p = 0; p < Digits.PIXELS; p++) {
        mean[p] += (DEFAULT.train().images()[i * Digits.PIXELS + p] & 0xFF) / 1200.0;
      }
    }
    int right = 0;
    for (int i = 0; i < DEFAULT.test().size(); i++) {
      double least = Double.MAX_VALUE;
      int guess = 0;
      for (int c = 0; c < Digits.CLASSES; c++) {
        double sum = 0;
        for (int p = 0; p < Digits.PIXELS; p++) {
          double d = (DEFAULT.test().images()[i * Digits.PIXELS + p] & 0xFF) - means[c][p];
          sum += d * d;
        }
        if (sum < least) {
          least = sum;
          guess = c;
        }
      }
      right += guess == DEFAULT.test().labels()[i] ? 1 : 0;
    }
    double accuracy = right / (double) DEFAULT.test().size();
    assertTrue(accuracy > 0.6 && accuracy < 0.96, () -> "accuracy of class means: " + accuracy);
  }

  @Test
  void drawnOnceThenReadFromTheCache() throws IOException {
    assertLoads("drawn now and " + cached());
    Path images = inCache("train-images-idx3-ubyte.gz");
    FileTime old = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(images, old);
    assertLoads(cached());
    assertEquals(old, Files.getLastModifiedTime(images));
    assertEquals(
        StrokeDigits.FINGERPRINT,
        StrokeDigits.fingerprint(Digits.load(cache.resolve(StrokeDigits.FOLDER))));
  }

  @Test
  void aDamagedCacheIsDrawnAgain() throws IOException {
    assertLoads("drawn now and " + cached());
    Path images = inCache("train-images-idx3-ubyte.gz");
    byte[] content = Files.readAllBytes(images);
    Files.write(images, Arrays.copyOf(content, content.length / 2));
    assertLoads("drawn now and " + cached());
    content[content.length / 2] ^= 1;
    Files.write(images, content);
    assertLoads("drawn now and " + cached());
    Files.delete(inCache("t10k-labels-idx1-ubyte.gz"));
    assertLoads("drawn now and " + cached());
    assertLoads(cached());
  }

  @Test
  void otherDigitsInTheCacheAreReplaced() {
    StrokeDigits.generate(9, 30, 20).save(cache.resolve(StrokeDigits.FOLDER));
    assertLoads("drawn now and " + cached());
    assertLoads(cached());
  }

  @Test
  void filesOfOthersThatComeFirstAreNotTaken() {
    Idx.ofUnsigned(new byte[10], 10).write(inCache("train-labels-idx1-ubyte"), false);
    assertLoads("drawn now and not cached");
  }

  @Test
  void worksWithoutACache() throws IOException {
    Files.writeString(cache.resolve(StrokeDigits.FOLDER), "in the way");
    assertLoads("drawn now and not cached");
  }

  @Test
  void thePropertyNamesTheCache() {
    String before = System.getProperty(StrokeDigits.CACHE_PROPERTY);
    try {
      System.setProperty(StrokeDigits.CACHE_PROPERTY, cache.toString());
      assertEquals(cache, StrokeDigits.cacheFolder());
      assertEquals(StrokeDigits.FINGERPRINT, StrokeDigits.fingerprint(StrokeDigits.load()));
      assertTrue(Files.isRegularFile(inCache("train-images-idx3-ubyte.gz")));
      System.clearProperty(StrokeDigits.CACHE_PROPERTY);
      assertEquals("clgrad", String.valueOf(StrokeDigits.cacheFolder().getFileName()));
      assertTrue(StrokeDigits.cacheFolder().isAbsolute());
    } finally {
      if (before == null) {
        System.clearProperty(StrokeDigits.CACHE_PROPERTY);
      } else {
        System.setProperty(StrokeDigits.CACHE_PROPERTY, before);
      }
    }
  }

  @Test
  void refusesSizesThatAreNone() {
    for (int size : new int[] {0, -1, Integer.MAX_VALUE}) {
      ClgradException e =
          assertThrows(ClgradException.class, () -> StrokeDigits.generate(1, 10, size));
      assertEquals("stroke digits: " + size + " images; expected 1 to 2739137", e.getMessage());
    }
  }
}
