package dev.clgrad.backend.programs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.backend.DeviceRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of compiled programs: what is taken for one, and what is not. */
class ProgramFolderTest {
  private static final long BOUND = 1 << 20;
  private static final ProgramKey KEY = key("driver 1", "-DW=1", "k", "source");

  @TempDir Path temporary;
  private Path path = Path.of("");

  @BeforeEach
  void nameFolder() {
    path = temporary.resolve("caches").resolve("programs");
  }

  private static ProgramKey key(String driver, String options, String entry, String source) {
    return ProgramKey.of(device("platform", driver), options, entry, source);
  }

  private static DeviceRecord device(String platform, String driver) {
    return new DeviceRecord(
        "opencl:0", platform, "d", "v", "OpenCL 1.2", driver, "CPU", 1, 1, 1, 1, 1, 1, true, false);
  }

  private ProgramFolder folder() {
    return new ProgramFolder(path, BOUND);
  }

  private Path only() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      List<Path> found = files.toList();
      assertEquals(1, found.size(), found::toString);
      return found.get(0);
    }
  }

  @Test
  void anotherObjectReadsWhatOneWrote() throws IOException {
    byte[] program = {1, 2, 3, 0, -1};
    assertNull(folder().load(KEY));
    assertFalse(Files.exists(path), "reading makes no folder");
    folder().store(KEY, program);
    assertArrayEquals(program, folder().load(KEY));
    assertEquals(new ProgramFolder.Usage(1, Files.size(only())), folder().usage());
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(only())));
    folder().store(KEY, new byte[0]);
    assertArrayEquals(new byte[0], folder().load(KEY));
    assertNotNull(only());
  }

  @Test
  void everyPartOfAKeyCounts() {
    Set<ProgramKey> keys = new HashSet<>();
    Set<String> names = new HashSet<>();
    List<ProgramKey> all =
        List.of(
            KEY,
            key("driver 2", "-DW=1", "k", "source"),
            key("driver 1", "-DW=2", "k", "source"),
            key("driver 1", "-DW=1", "l", "source"),
            key("driver 1", "-DW=1", "k", "sources"),
            key("driver 1", "-DW=1k", "", "source"),
            ProgramKey.of(device("platform 2", "driver 1"), "-DW=1", "k", "source"));
    for (ProgramKey key : all) {
      assertTrue(keys.add(key), key::toString);
      assertTrue(names.add(key.fileName()), key::toString);
      folder().store(key, key.fileName().getBytes(UTF_8));
    }
    for (ProgramKey key : all) {
      byte[] found = folder().load(key);
      assertNotNull(found);
      assertEquals(key.fileName(), new String(found, UTF_8));
    }
    assertEquals(KEY, key("driver 1", "-DW=1", "k", "source"));
    assertNotEquals(KEY, all.get(1));
  }

  @Test
  void aDamagedFileCountsAsMissingAndIsReplaced() throws IOException {
    byte[] program = new byte[64];
    folder().store(KEY, program);
    byte[] whole = Files.readAllBytes(only());
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x10;
      Files.write(only(), damaged);
      assertNull(folder().load(KEY), "byte " + at);
    }
    for (int length = 0; length < whole.length; length++) {
      Files.write(only(), Arrays.copyOf(whole, length));
      assertNull(folder().load(KEY), "the first " + length + " bytes");
    }
    Files.write(only(), Arrays.copyOf(whole, whole.length + 1));
    assertNull(folder().load(KEY), "a byte too many");
    folder().store(KEY, program);
    assertArrayEquals(program, folder().load(KEY));
  }

  @Test
  void aFileOfAnotherVersionOrProgramCountsAsMissing() {
    ProgramKey other = key("driver 2", "-DW=1", "k", "source");
    byte[] file = ProgramFile.encode(other, new byte[3]);
    assertArrayEquals(new byte[3], ProgramFile.decode(file, other));
    assertNull(ProgramFile.decode(file, KEY), "as if two keys had one name");

    byte[] future = ProgramFile.encode(KEY, new byte[3]);
    ByteBuffer.wrap(future).putInt(Long.BYTES, ProgramFile.VERSION + 1);
    CRC32C check = new CRC32C();
    check.update(future, 0, future.length - Integer.BYTES);
    ByteBuffer.wrap(future).putInt(future.length - Integer.BYTES, (int) check.getValue());
    assertNull(ProgramFile.decode(future, KEY));
  }

  @Test
  void whatWasUsedLongestAgoGoesFirst() throws IOException {
    byte[] program = new byte[1000];
    long each = ProgramFile.size(KEY, program);
    ProgramFolder folder = new ProgramFolder(path, 3 * each);
    List<ProgramKey> keys = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      keys.add(key("driver " + (5 + i), "-DW=1", "k", "source"));
      folder.store(keys.get(i), program);
      Files.setLastModifiedTime(
          path.resolve(keys.get(i).fileName()), FileTime.fromMillis(1_000_000L * (i + 1)));
    }
    assertNotNull(folder.load(keys.get(0)), "which makes it the last used");
    folder.store(KEY, program);
    assertNull(folder.load(keys.get(1)));
    for (ProgramKey kept : List.of(keys.get(0), keys.get(2), KEY)) {
      assertNotNull(folder.load(kept), kept::toString);
    }
    folder.store(keys.get(1), new byte[4000]);
    assertNull(folder.load(keys.get(1)), "larger than the bound by itself");
    assertEquals(new ProgramFolder.Usage(3, 3 * each), folder.usage());
    assertNull(new ProgramFolder(path, each - 1).load(KEY), "the bound holds for reading too");
  }

  @Test
  void nothingIsReadFromAFolderThatOthersMayWriteTo() throws IOException {
    folder().store(KEY, new byte[3]);
    for (String permissions : new String[] {"rwxrwx---", "rwx----w-"}) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
      ProgramFolder folder = folder();
      assertNull(folder.load(KEY), permissions);
      folder.store(key("driver 2", "", "k", ""), new byte[3]);
      assertEquals(1, folder.usage().programs());
      String obstacle = folder.obstacle();
      assertTrue(obstacle != null && obstacle.contains("chmod go-w"), permissions);
    }
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertArrayEquals(new byte[3], folder().load(KEY));
    assertNull(folder().obstacle());
  }

  @Test
  void aFolderThatCannotBeMadeStopsNobody() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "no folder");
    for (Path impossible : List.of(file, file.resolve("programs"))) {
      ProgramFolder folder = new ProgramFolder(impossible, BOUND);
      assertNull(folder.load(KEY));
      folder.store(KEY, new byte[3]);
      folder.store(KEY, new byte[3]);
      assertNull(folder.load(KEY));
      assertEquals(new ProgramFolder.Usage(0, 0), folder.usage());
    }
    assertEquals("no folder", Files.readString(file));
  }

  @Test
  void clearDeletesProgramsAndNothingElse() throws IOException {
    folder().store(KEY, new byte[3]);
    folder().store(key("driver 2", "", "k", ""), new byte[3]);
    Path foreign = Files.writeString(path.resolve("notes.txt"), "not ours");
    long bytes = folder().usage().bytes();
    assertEquals(new ProgramFolder.Usage(2, bytes), folder().clear());
    assertEquals(foreign, only());
    assertEquals(new ProgramFolder.Usage(0, 0), folder().clear());
    folder().store(KEY, new byte[3]);
    assertArrayEquals(new byte[3], folder().load(KEY));
  }

  @Test
  void aFolderThatIsDeletedMeanwhileIsMadeAgain() throws IOException {
    ProgramFolder folder = folder();
    folder.store(KEY, new byte[3]);
    Files.delete(only());
    Files.delete(path);
    assertNull(folder.load(KEY));
    folder.store(KEY, new byte[3]);
    assertArrayEquals(new byte[3], folder.load(KEY));
  }

  @Test
  void whatADeadProcessLeftIsDeleted() throws IOException {
    folder().store(KEY, new byte[3]);
    Path left = Files.writeString(path.resolve("1.tmp"), "half");
    Path recent = Files.writeString(path.resolve("2.tmp"), "half");
    Files.setLastModifiedTime(
        left, FileTime.fromMillis(System.currentTimeMillis() - 2 * 3_600_000L));
    folder().store(KEY, new byte[3]);
    assertFalse(Files.exists(left));
    assertTrue(Files.exists(recent), "another process may be writing it");
  }

  @Test
  void manyWritersAndReadersAtATimeSeeWholeFiles() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Integer>> found = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        byte fill = (byte) t;
        found.add(
            threads.submit(
                () -> {
                  ProgramFolder folder = folder();
                  int whole = 0;
                  for (int i = 0; i < 50; i++) {
                    byte[] program = new byte[50_000];
                    Arrays.fill(program, fill);
                    folder.store(KEY, program);
                    byte[] read = folder.load(KEY);
                    if (read != null && read.length == 50_000 && read[0] == read[49_999]) {
                      whole++;
                    }
                  }
                  return whole;
                }));
      }
      for (Future<Integer> each : found) {
        assertEquals(50, each.get());
      }
      assertNotNull(only());
    } finally {
      threads.shutdownNow();
    }
  }
}
