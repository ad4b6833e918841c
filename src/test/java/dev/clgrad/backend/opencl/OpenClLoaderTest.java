package dev.clgrad.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.backend.opencl.ChildJvm.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way in which OpenCL is there or not, on Linux on x86-64 with PoCL. */
class OpenClLoaderTest {
  @TempDir Path folder;

  private Result report(Map<String, String> environment, String... options) throws Exception {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    List<String> all = new ArrayList<>(List.of(options));
    all.add("-Djava.io.tmpdir=" + temporary);
    Result result = ChildJvm.run(LoaderReport.class, environment, all);
    assertEquals(0, result.exit(), result::toString);
    for (String line : result.out()) {
      assertTrue(
          line.matches("(outcome|absence|devices|device|obstacle|ran|division-throws|mapped) .*"),
          () -> "printed by the library: " + line);
    }
    try (Stream<Path> left = Files.list(temporary)) {
      List<String> libraries = left.map(Path::toString).filter(f -> f.contains(".so")).toList();
      assertEquals(List.of(), libraries, "temporary libraries are removed");
    }
    return result;
  }

  private static Path systemLoader() {
    return Objects.requireNonNull(LoaderSearch.find(), "the tests need libOpenCL.so.1");
  }

  private static List<String> mapped(Result result) {
    return result.out().stream()
        .filter(l -> l.startsWith("mapped "))
        .map(l -> l.substring("mapped ".length()))
        .toList();
  }

  private static void assertRuns(Result result) {
    assertEquals("null", result.value("absence"), result::toString);
    assertEquals("null", result.value("obstacle"), result::toString);
    assertEquals("opencl:0", result.value("ran"), result::toString);
    assertEquals("true", result.value("division-throws"), result::toString);
  }

  @Test
  void worksAsInstalledAndKeepsDivisionByZero() throws Exception {
    Result result = report(Map.of());
    assertRuns(result);
    assertEquals("Available[platforms=1]", result.value("outcome"));
  }

  @Test
  void overridesAnEnvironmentThatAsksForTheHandler() throws Exception {
    assertRuns(report(Map.of("POCL_SIGFPE_HANDLER", "1")));
  }

  @Test
  void noLoader() throws Exception {
    Result result = report(Map.of(), "-Dclgrad.opencl.library=" + folder.resolve("libOpenCL.so.1"));
    assertEquals("0", result.value("devices"));
    assertTrue(
        result.value("absence").startsWith("no OpenCL loader: clgrad.opencl.library names "));
    assertTrue(result.value("absence").contains("which does not exist; name an existing"));
    assertEquals("true", result.value("division-throws"));
  }

  @Test
  void loaderWithoutPlatform() throws Exception {
    Path empty = Files.createDirectory(folder.resolve("vendors"));
    Result result = report(Map.of("OCL_ICD_VENDORS", empty.toString()));
    assertEquals("0", result.value("devices"));
    String absence = result.value("absence");
    assertTrue(absence.contains("finds no platform in OCL_ICD_VENDORS=" + empty), absence);
    assertTrue(absence.contains("unset OCL_ICD_VENDORS, or install a driver"), absence);
    assertFalse(absence.contains("-1001"), absence);
  }

  @Test
  void fileThatIsNoLibrary() throws Exception {
    Path text = Files.writeString(folder.resolve("libOpenCL.so.1"), "not a library");
    Result result = report(Map.of(), "-Dclgrad.opencl.library=" + text);
    assertTrue(result.value("absence").contains(text + " is no shared library for this machine"));
  }

  @Test
  void loaderInAFolderThatNobodySearches() throws Exception {
    Path copy = folder.resolve("vendor-loader.so.1");
    Files.copy(systemLoader(), copy);
    Result result = report(Map.of(), "-Dclgrad.opencl.library=" + copy);
    assertRuns(result);
    // Three files of ours: the one that sets the variable, the one that keeps signal actions, and
    // the loader. (PoCL itself links to the system's loader.)
    assertEquals(3, mapped(result).stream().filter(l -> l.contains("/clgrad-")).count());
  }

  @Test
  void onlyTheVersionedNameInTheSearchPath() throws Exception {
    Path copy = Files.createDirectory(folder.resolve("lib")).resolve("libOpenCL.so.1");
    Files.copy(systemLoader(), copy);
    Result result = report(Map.of("LD_LIBRARY_PATH", folder.resolve("lib").toString()));
    assertRuns(result);
    assertTrue(mapped(result).contains(copy.toString()), result::toString);
    assertFalse(mapped(result).contains(systemLoader().toRealPath().toString()), result::toString);
  }

  @Test
  void poclIsPassedOverWhereItsHandlerCannotBePrevented() throws Exception {
    Result result = report(Map.of(), "-Dclgrad.opencl.setenv=off");
    assertEquals("1", result.value("devices"));
    String obstacle = result.value("obstacle");
    assertTrue(obstacle.contains("7 / 0 is 7"), obstacle);
    assertTrue(obstacle.contains("set POCL_SIGFPE_HANDLER=0 in the environment"), obstacle);
    assertEquals("true", result.value("division-throws"));

    Result cured = report(Map.of("POCL_SIGFPE_HANDLER", "0"), "-Dclgrad.opencl.setenv=off");
    assertRuns(cured);
  }

  @Test
  void theCanarySeesDamageThatSomeoneElseDid() throws Exception {
    Result result = report(Map.of(), "-Dclgrad.test.careless=true", "-DuniqueLibraryNames=true");
    // What later divisions do in such a process is anybody's guess: the first one is what counts.
    assertTrue(
        result.value("obstacle").contains("integer division by zero no longer throws"),
        result::toString);
    assertTrue(result.err().contains("ERROR OpenClDiscovery"), result::err);
  }

  @Test
  void readsAndCutsTheNameOfALibrary() throws IOException {
    Path loader = systemLoader();
    SharedObject library = Objects.requireNonNull(SharedObject.read(loader));
    assertEquals("libOpenCL.so.1", library.soname());
    byte[] cut = Objects.requireNonNull(library.withSonameCutTo("libOpenCL.so"));
    Path copy = folder.resolve("cut.so");
    Files.write(copy, cut);
    assertEquals("libOpenCL.so", Objects.requireNonNull(SharedObject.read(copy)).soname());
    assertNull(library.withSonameCutTo("libCUDA.so"));
    assertEquals(1, changedBytes(Files.readAllBytes(loader), cut));
  }

  @Test
  void takesNoFileForALibraryThatIsNone() throws IOException {
    Path cut = folder.resolve("short.so");
    Files.write(cut, SetenvLibrary.bytes("A", "0"));
    assertNotNull(SharedObject.read(cut));
    assertEquals("", Objects.requireNonNull(SharedObject.read(cut)).soname());
    Files.write(cut, Arrays.copyOf(SetenvLibrary.bytes("A", "0"), 200));
    assertNull(SharedObject.read(cut));
    assertNull(SharedObject.read(folder));
  }

  private static int changedBytes(byte[] a, byte[] b) {
    int changed = 0;
    for (int i = 0; i < a.length; i++) {
      changed += a[i] == b[i] ? 0 : 1;
    }
    return changed;
  }
}
