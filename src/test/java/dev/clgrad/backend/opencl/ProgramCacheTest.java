package dev.clgrad.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.backend.opencl.ChildJvm.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that one process compiles and others load, each in a process of its own. */
@Tag("opencl")
class ProgramCacheTest {
  private static final String RESULT = "[3.0, 5.0, 7.0, 9.0] 3.0";

  @TempDir Path temporary;
  private Path folder = Path.of("");

  @BeforeEach
  void nameFolder() {
    folder = temporary.resolve("programs");
  }

  private Result run(String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("-Dclgrad.cache.dir=" + folder);
    Result result = ChildJvm.runOnThisDevice(ProgramProbe.class, Map.of("CLGRAD_CACHE", ""), all);
    assertEquals(0, result.exit(), result::toString);
    assertEquals(RESULT, result.value("result"), result::toString);
    return result;
  }

  private static int builds(Result result) {
    return Integer.parseInt(result.value("builds"));
  }

  private static int hits(Result result) {
    return Integer.parseInt(result.value("hits"));
  }

  /** Asserts that all programs were compiled, and that the next process compiles none. */
  private void assertBuiltAndKept(Result result) throws Exception {
    assertTrue(builds(result) > 0, result::toString);
    assertEquals(0, hits(result), result::toString);
    assertEquals(builds(result), files().size());
    Result next = run();
    assertEquals(0, builds(next), next::toString);
    assertEquals(builds(result), hits(next), next::toString);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void aSecondProcessCompilesNothing() throws Exception {
    assertBuiltAndKept(run());
  }

  @Test
  void damagedFilesAreReplaced() throws Exception {
    run();
    for (Path file : files()) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
    }
    assertBuiltAndKept(run());
    for (Path file : files()) {
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    }
    assertBuiltAndKept(run());
  }

  @Test
  void whatTheDriverDoesNotTakeIsBuiltFromSource() throws Exception {
    run();
    for (Path file : files()) {
      Files.write(file, withoutProgram(Files.readAllBytes(file)));
    }
    assertBuiltAndKept(run());
  }

  /** The file with 100 bytes of no meaning in place of its program, and a check that is right. */
  private static byte[] withoutProgram(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file);
    int keyAt = Long.BYTES + 3 * Integer.BYTES;
    int keyLength = in.getInt(Long.BYTES + Integer.BYTES);
    ByteBuffer out = ByteBuffer.allocate(keyAt + keyLength + 100 + Integer.BYTES);
    out.put(file, 0, keyAt + keyLength);
    out.putInt(Long.BYTES + 2 * Integer.BYTES, 100);
    CRC32C check = new CRC32C();
    check.update(out.array(), 0, out.capacity() - Integer.BYTES);
    out.putInt(out.capacity() - Integer.BYTES, (int) check.getValue());
    return out.array();
  }

  @Test
  void processesThatStartTogetherDoNotDisturbEachOther() throws Exception {
    CompletableFuture<Result> other =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return run();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    Result own = run();
    assertEquals(builds(own) + hits(own), builds(other.get()) + hits(other.get()));
    Result next = run();
    assertEquals(0, builds(next), next::toString);
  }

  @Test
  void theBoundHolds() throws Exception {
    run();
    long largest = 0;
    for (Path file : files()) {
      largest = Math.max(largest, Files.size(file));
      Files.delete(file);
    }
    Result result = run("-Dclgrad.cache.maxBytes=" + largest);
    assertTrue(builds(result) > 1, result::toString);
    assertEquals(1, files().size());
  }

  @Test
  void theSwitchKeepsNothing() throws Exception {
    assertTrue(builds(run("-Dclgrad.cache=off")) > 0);
    assertFalse(Files.exists(folder));
    run();
    Result off = run("-Dclgrad.cache=off");
    assertEquals(0, hits(off), off::toString);
  }

  @Test
  void aFolderThatCannotBeMadeCostsOnlyTheTime() throws Exception {
    Files.writeString(folder, "no folder");
    Result result = run();
    assertTrue(builds(result) > 0, result::toString);
    assertTrue(result.err().contains("cannot be written to"), result::toString);
    assertEquals(1, result.err().lines().filter(l -> l.contains("ProgramFolder")).count());
    assertEquals("no folder", Files.readString(folder));
  }
}
