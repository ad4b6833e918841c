package dev.clgrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.DataException;
import dev.clgrad.ShapeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  @TempDir Path folder;

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream compressed = new GZIPOutputStream(out)) {
      compressed.write(content);
    }
    return out.toByteArray();
  }

  private static Idx parse(byte[] content) {
    return Idx.read(new ByteArrayInputStream(content), "some.idx");
  }

  /** The content is refused, plain, with a message that names the stream and holds these texts. */
  private static void assertRefused(byte[] content, String... texts) {
    assertMessage(assertThrows(DataException.class, () -> parse(content)), "some.idx: ", texts);
  }

  private static void assertMessage(Exception e, String start, String... texts) {
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(start), message);
    for (String text : texts) {
      assertTrue(message.contains(text), () -> message + " should contain: " + text);
    }
  }

  private static void assertWritten(Idx array, String expected) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    array.write(out, false);
    assertEquals(expected.replace(" ", ""), HexFormat.of().formatHex(out.toByteArray()));
  }

  /** The array written and read again, plain; gzipped it gives the same plain bytes. */
  private static Idx roundTrip(Idx array) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    array.write(plain, false);
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    array.write(compressed, true);
    assertEquals(0x1F, compressed.toByteArray()[0]);
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    parse(compressed.toByteArray()).write(again, false);
    assertArrayEquals(plain.toByteArray(), again.toByteArray());
    Idx read = parse(plain.toByteArray());
    assertEquals(array.toString(), read.toString());
    return read;
  }

  @Test
  void readsWhatTheFormatPrescribes() {
    Idx bytes = parse(hex("0000 08 02 00000002 00000003 00 01 7f 80 fe ff"));
    assertEquals(Idx.Type.UNSIGNED_BYTE, bytes.type());
    assertArrayEquals(new int[] {2, 3}, bytes.sizes());
    assertArrayEquals(new byte[] {0, 1, 127, -128, -2, -1}, bytes.bytes());
    assertArrayEquals(new byte[] {-1}, parse(hex("0000 09 01 00000001 ff")).bytes());
    assertArrayEquals(new short[] {1, -2}, parse(hex("0000 0b 01 00000002 0001 fffe")).shorts());
    assertArrayEquals(new int[] {258}, parse(hex("0000 0c 01 00000001 00000102")).ints());
    assertArrayEquals(new float[] {1.5f}, parse(hex("0000 0d 01 00000001 3fc00000")).floats());
    assertArrayEquals(
        new double[] {-2}, parse(hex("0000 0e 01 00000001 c000000000000000")).doubles());
  }

  @Test
  void readsScalarsAndEmptyArrays() {
    Idx scalar = parse(hex("0000 08 00 2a"));
    assertEquals(0, scalar.rank());
    assertArrayEquals(new byte[] {42}, scalar.bytes());
    assertEquals(0, parse(hex("0000 0d 02 00000000 00000003")).floats().length);
    assertEquals(0, parse(hex("0000 0d 03 7fffffff 7fffffff 00000000")).floats().length);
  }

  @Test
  void writesWhatTheFormatPrescribes() throws IOException {
    assertWritten(Idx.ofUnsigned(new byte[] {1, -1}, 1, 2), "0000 08 02 00000001 00000002 01 ff");
    assertWritten(Idx.of(new short[] {-2}, 1), "0000 0b 01 00000001 fffe");
    assertWritten(Idx.of(new int[] {258}, 1), "0000 0c 01 00000001 00000102");
    assertWritten(Idx.of(new double[] {-2}), "0000 0e 00 c000000000000000");
  }

  @Test
  void roundTripsEveryType() throws IOException {
    byte[] bytes = {-128, -1, 0, 1, 127, 64};
    assertArrayEquals(bytes, roundTrip(Idx.ofUnsigned(bytes, 2, 3)).bytes());
    assertArrayEquals(bytes, roundTrip(Idx.of(bytes, 3, 1, 2)).bytes());
    short[] shorts = {Short.MIN_VALUE, -1, 0, Short.MAX_VALUE};
    assertArrayEquals(shorts, roundTrip(Idx.of(shorts, 4)).shorts());
    int[] ints = {Integer.MIN_VALUE, -1, 0, Integer.MAX_VALUE};
    assertArrayEquals(ints, roundTrip(Idx.of(ints, 2, 2)).ints());
    float[] floats = {-0f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE};
    assertArrayEquals(floats, roundTrip(Idx.of(floats, 4, 1)).floats());
    double[] doubles = {-0.0, Double.NaN, Double.POSITIVE_INFINITY, Math.PI};
    assertArrayEquals(doubles, roundTrip(Idx.of(doubles, 4)).doubles());
    assertEquals(0, roundTrip(Idx.of(new int[0], 0, 5)).ints().length);
  }

  @Test
  void roundTripsMoreThanOnePiece() throws IOException {
    int[] values = new int[300_001];
    Arrays.setAll(values, i -> i * 0x9E3779B1);
    assertArrayEquals(values, roundTrip(Idx.of(values, values.length)).ints());
  }

  @Test
  void toldByContentAndNotByName() throws IOException {
    Idx array = Idx.of(new int[] {1, 2, 3}, 3);
    Path plain = folder.resolve("plain.gz");
    Path compressed = folder.resolve("new/folder/compressed");
    array.write(plain, false);
    array.write(compressed, true);
    assertArrayEquals(array.ints(), Idx.read(plain).ints());
    assertArrayEquals(array.ints(), Idx.read(compressed).ints());
    assertEquals(0x1F, Files.readAllBytes(compressed)[0]);
    assertEquals(4 + 4 + 12, Files.size(plain));
  }

  @Test
  void replacesAFileAndLeavesNothingElse() throws IOException {
    Path file = folder.resolve("array");
    Idx.of(new int[] {1, 2, 3}, 3).write(file, false);
    Idx.of(new int[] {4}, 1).write(file, true);
    assertArrayEquals(new int[] {4}, Idx.read(file).ints());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void aFileThatCannotBeWrittenLeavesNothing() throws IOException {
    Path taken = folder.resolve("taken");
    Files.createDirectories(taken.resolve("inside"));
    Idx array = Idx.of(new int[] {1}, 1);
    assertMessage(
        assertThrows(DataException.class, () -> array.write(taken, false)),
        taken + ": cannot be written: ",
        "check permissions");
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(taken), files.toList());
    }
  }

  @Test
  void refusesWhatIsNoFile() {
    Path missing = folder.resolve("missing");
    assertMessage(
        assertThrows(DataException.class, () -> Idx.read(missing)),
        missing + ": no such file",
        "expected an IDX file");
    assertMessage(
        assertThrows(DataException.class, () -> Idx.read(folder)),
        folder + ": is a folder",
        "name a file inside");
  }

  @Test
  void refusesAWrongMagic() throws IOException {
    String[] expected = {"expected an IDX header", "train-images-idx3-ubyte"};
    assertRefused(hex("89504e47 0d0a1a0a"), "starts with the bytes 89 50 4e 47;", expected[0]);
    assertRefused(hex("00000a01 00000000"), "bytes 00 00 0a 01;", "08, 09, 0b", expected[1]);
    assertRefused(hex("00010801 00000000"), "bytes 00 01 08 01;", expected[1]);
    assertRefused(hex("0000 08"), "holds only the bytes 00 00 08;", expected[0]);
    assertRefused(new byte[0], "is empty;", expected[0]);
    assertRefused(gzip(new byte[0]), "decompressed, is empty;", expected[0]);
    assertRefused(gzip(hex("89504e47")), "decompressed, starts with the bytes 89", expected[0]);
    assertRefused(hex("3c68746d"), "bytes 3c 68 74 6d;", "web page", "download it again");
  }

  @Test
  void refusesTruncatedSizes() {
    assertRefused(
        hex("0000 08 03 00000001 0000"), "3 dimensions", "12 bytes", "only 6 do", "whole file");
  }

  @Test
  void refusesTruncatedValues() throws IOException {
    byte[] content = hex("0000 0b 02 00000002 00000003 0001 0002 00");
    String[] texts = {"SHORT [2, 3]", "12 bytes of values", "only 5 follow", "whole file"};
    assertRefused(content, texts);
    assertRefused(gzip(content), texts);
  }

  @Test
  void refusesTooMuchData() throws IOException {
    byte[] content = hex("0000 08 01 00000002 01 02 03");
    String[] texts = {"UNSIGNED_BYTE [2]", "2 bytes of values", "more follow", "mend the header"};
    assertRefused(content, texts);
    assertRefused(gzip(content), texts);
  }

  @Test
  void refusesSizesThatOverflow() {
    assertRefused(
        hex("0000 08 01 ffffffff"), "size 4294967295 at dimension 0", "at most 2147483639 bytes");
    assertRefused(
        hex("0000 0e 02 00010000 00010000 00"), "[65536, 65536] of DOUBLE", "at most 2147483639");
    assertRefused(
        hex("0000 0e 04 7fffffff 7fffffff 7fffffff 7fffffff 00"), "of DOUBLE", "split it");
    assertRefused(hex("0000 0d 01 20000000"), "[536870912] of FLOAT", "at most 2147483639");
  }

  @Test
  void aHeaderThatPromisesMuchCostsNothing() {
    // With 2 GiB promised each time, a thousand readings are quick only if none of it is allocated.
    for (int i = 0; i < 1000; i++) {
      assertRefused(hex("0000 08 01 7ffffff7 00"), "2147483639 bytes of values, but only 1 follow");
    }
  }

  @Test
  void refusesDamagedGzip() throws IOException {
    byte[] content = gzip(hex("0000 08 01 00000004 01 02 03 04"));
    assertRefused(Arrays.copyOf(content, content.length - 9), "gzip data stops before its end");
    assertRefused(Arrays.copyOf(content, content.length - 2), "gzip data stops before its end");
    assertRefused(Arrays.copyOf(content, 2), "gzip data stops before its end", "whole file again");
    byte[] wrongSum = content.clone();
    wrongSum[content.length - 6] ^= 1;
    assertRefused(wrongSum, "gzip data is damaged", "download or copy it again");
    byte[] wrongMethod = content.clone();
    wrongMethod[2] = 9;
    assertRefused(wrongMethod, "gzip data is damaged", "compression method");
  }

  @Test
  void refusesAccessAsAnotherType() {
    Idx ints = Idx.of(new int[] {1}, 1);
    Idx bytes = Idx.ofUnsigned(new byte[] {1}, 1);
    assertMessage(
        assertThrows(DataException.class, ints::bytes), "idx: bytes()", "INT", "call ints()");
    assertMessage(assertThrows(DataException.class, bytes::ints), "idx: ints()", "call bytes()");
    assertThrows(DataException.class, bytes::shorts);
    assertThrows(DataException.class, bytes::floats);
    assertThrows(DataException.class, bytes::doubles);
  }

  @Test
  void refusesSizesThatDoNotFitTheArray() {
    assertMessage(
        assertThrows(ShapeException.class, () -> Idx.of(new int[5], 2, 3)),
        "idx: shape [2, 3] has 6 elements",
        "the array has 5");
    assertMessage(
        assertThrows(ShapeException.class, () -> Idx.of(new float[1], -1, -1)),
        "idx: shape [-1, -1] has a negative size");
    int most = Integer.MAX_VALUE;
    assertMessage(
        assertThrows(ShapeException.class, () -> Idx.of(new byte[1], most, most, most)),
        "idx: shape ",
        "more than 2^63 elements");
    int[] many = new int[256];
    Arrays.fill(many, 1);
    assertMessage(
        assertThrows(ShapeException.class, () -> Idx.of(new byte[1], many)),
        "idx: 256 dimensions",
        "at most 255");
  }
}
