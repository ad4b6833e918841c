package dev.clgrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.DataException;
import dev.clgrad.ShapeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitsTest {
  private static final Digits SMALL = StrokeDigits.generate(7, 30, 20);

  @TempDir Path folder;

  private static Path file(Path folder, String name) {
    return folder.resolve(name);
  }

  @BeforeEach
  void save() {
    SMALL.save(folder);
  }

  private void assertRefused(String... texts) {
    assertMessage(assertThrows(DataException.class, () -> Digits.load(folder)), texts);
  }

  private static void assertMessage(Exception e, String... texts) {
    String message = String.valueOf(e.getMessage());
    for (String text : texts) {
      assertTrue(message.contains(text), () -> message + " should contain: " + text);
    }
  }

  private static void assertSame(Digits expected, Digits actual) {
    assertArrayEquals(expected.train().images(), actual.train().images());
    assertArrayEquals(expected.train().labels(), actual.train().labels());
    assertArrayEquals(expected.test().images(), actual.test().images());
    assertArrayEquals(expected.test().labels(), actual.test().labels());
  }

  @Test
  void roundTrips() {
    Digits read = Digits.load(folder);
    assertSame(SMALL, read);
    assertEquals(30, read.train().size());
    assertEquals(20, read.test().size());
    assertEquals(
        "30 training and 20 test images read from " + folder + " in MNIST's format.",
        read.source());
  }

  @Test
  void findsPlainAndDottedNames() throws IOException {
    for (String name :
        List.of(
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte")) {
      Path saved = file(folder, name + ".gz");
      String dotted = name.replace("-idx", ".idx");
      if (name.startsWith("train-images")) {
        Idx.read(saved).write(file(folder, name), false);
        Files.delete(saved);
      } else if (name.startsWith("train")) {
        Idx.read(saved).write(file(folder, dotted), false);
        Files.delete(saved);
      } else {
        Files.move(saved, file(folder, dotted + ".gz"));
      }
    }
    assertSame(SMALL, Digits.load(folder));
  }

  @Test
  void namesTheMissingFile() throws IOException {
    for (String name :
        List.of(
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte")) {
      Path saved = file(folder, name + ".gz");
      Path away = file(folder, "away");
      Files.move(saved, away);
      assertRefused(
          folder + ": has no file " + name + " (nor ", name + ".gz", "put the four files");
      Files.move(away, saved);
    }
  }

  @Test
  void namesTheMissingFolder() {
    Path missing = file(folder, "missing");
    assertMessage(
        assertThrows(DataException.class, () -> Digits.load(missing)),
        missing + ": no such folder",
        "train-images-idx3-ubyte");
    Path images = file(folder, "train-images-idx3-ubyte.gz");
    assertMessage(
        assertThrows(DataException.class, () -> Digits.load(images)),
        images + ": is not a folder",
        "other three files");
  }

  @Test
  void refusesCountsThatDiffer() {
    Path labels = file(folder, "t10k-labels-idx1-ubyte.gz");
    Idx.ofUnsigned(new byte[19], 19).write(labels, true);
    assertRefused(
        "t10k-images-idx3-ubyte.gz: holds 20 images",
        "t10k-labels-idx1-ubyte.gz beside it holds 19 labels",
        "same copy");
  }

  @Test
  void refusesOtherShapesAndTypes() {
    Path images = file(folder, "train-images-idx3-ubyte.gz");
    List<Idx> wrong = new ArrayList<>();
    wrong.add(Idx.ofUnsigned(new byte[30 * 27 * 28], 30, 27, 28));
    wrong.add(Idx.ofUnsigned(new byte[30 * 28 * 29], 30, 28, 29));
    wrong.add(Idx.ofUnsigned(new byte[30 * 784], 30, 784));
    wrong.add(Idx.of(new byte[30 * 784], 30, 28, 28));
    for (Idx array : wrong) {
      array.write(images, true);
      assertRefused(images + ": holds " + array + "; expected pictures, UNSIGNED_BYTE [count, 28");
    }
    SMALL.save(folder);
    Path labels = file(folder, "train-labels-idx1-ubyte.gz");
    for (Idx array : List.of(Idx.of(new int[30], 30), Idx.ofUnsigned(new byte[30], 30, 1))) {
      array.write(labels, true);
      assertRefused(labels + ": holds " + array + "; expected labels, UNSIGNED_BYTE [count]");
    }
  }

  @Test
  void refusesWrongLabels() {
    byte[] labels = SMALL.train().labels().clone();
    for (int wrong : new int[] {10, 255}) {
      labels[11] = (byte) wrong;
      Path file = file(folder, "train-labels-idx1-ubyte.gz");
      Idx.ofUnsigned(labels, 30).write(file, true);
      assertRefused(file + ": label " + wrong + " at index 11; expected 0 to 9");
    }
  }

  @Test
  void refusesNoImages() {
    Idx.ofUnsigned(new byte[0], 0, 28, 28).write(file(folder, "t10k-images-idx3-ubyte.gz"), true);
    Idx.ofUnsigned(new byte[0], 0).write(file(folder, "t10k-labels-idx1-ubyte.gz"), true);
    assertRefused("t10k-images-idx3-ubyte.gz: holds 0 images", "at least one");
  }

  @Test
  void refusesAFileThatIsNotIdx() throws IOException {
    Path images = file(folder, "train-images-idx3-ubyte.gz");
    Files.writeString(images, "<html>not found</html>");
    assertRefused(images + ": starts with the bytes 3c 68 74 6d", "web page");
  }

  @Test
  void refusesPartsThatDoNotFit() {
    assertMessage(
        assertThrows(ShapeException.class, () -> new Digits.Part(new byte[784], new byte[2])),
        "digits: 2 labels need 1568 pixels, but there are 784");
    assertMessage(
        assertThrows(DataException.class, () -> new Digits.Part(new byte[784], new byte[] {10})),
        "digits: label 10 at index 0; expected 0 to 9");
  }
}
