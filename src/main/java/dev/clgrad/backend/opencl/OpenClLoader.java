package dev.clgrad.backend.opencl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jocl.CL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes OpenCL usable from this process, once, or says why it is not. No outcome is an exception,
 * and none prints.
 *
 * <p>JOCL opens the loader by name and prints to standard output where that fails. So on Linux the
 * loader's file is found and loaded first, by its path; the dynamic linker then finds it under its
 * name, whichever folder it came from.
 */
final class OpenClLoader {
  /** Names the loader's file; one that does not exist stands for a machine without a loader. */
  static final String LIBRARY_PROPERTY = "clgrad.opencl.library";

  private static final Logger LOG = LoggerFactory.getLogger(OpenClLoader.class);
  private static final String SONAME = "libOpenCL.so";
  private static final String INSTALL =
      "install a loader and a driver: on Debian or Ubuntu, `apt-get install ocl-icd-libopencl1` with `pocl-opencl-icd` "
          + "for the CPU, or with the GPU vendor's OpenCL package";

  /** Whether OpenCL can be used. */
  sealed interface Outcome {}

  /**
   * JOCL works and there is at least one platform.
   *
   * @param platforms how many
   */
  record Available(int platforms) implements Outcome {}

  /**
   * OpenCL cannot be used.
   *
   * @param cause what is missing
   * @param cure what a user can do about it
   */
  record Unavailable(String cause, String cure) implements Outcome {}

  private static final class Holder {
    static final Outcome OUTCOME = load();
  }

  private OpenClLoader() {}

  /** The outcome for this process. */
  static Outcome outcome() {
    return Holder.OUTCOME;
  }

  private static Outcome load() {
    try {
      boolean linux = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
      String loader = "the system's loader";
      if (linux) {
        String named = System.getProperty(LIBRARY_PROPERTY);
        Path file = named != null ? Path.of(named).toAbsolutePath() : LoaderSearch.find();
        if (file == null) {
          return new Unavailable("no OpenCL loader (libOpenCL.so.1) was found", INSTALL);
        }
        if (!Files.isRegularFile(file)) {
          return new Unavailable(
              "no OpenCL loader: " + LIBRARY_PROPERTY + " names " + file + ", which does not exist",
              "name an existing libOpenCL.so.1, or leave the property out");
        }
        loadLoader(file, named != null);
        loader = file.toString();
      }
      SignalGuard.obstacleToPocl(); // sets the environment before any driver is asked for a thing
      loadJocl();
      int platforms = countPlatforms();
      return platforms > 0 ? new Available(platforms) : noPlatform(loader);
    } catch (IOException | LinkageError | RuntimeException e) {
      LOG.debug("OpenCL does not load", e);
      return new Unavailable(
          "the OpenCL loader or JOCL did not load: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          "check that java.io.tmpdir is a folder that libraries can be loaded from, and that org.jocl:jocl is on the class path; or "
              + INSTALL);
    }
  }

  private static Unavailable noPlatform(String loader) {
    String vendors = System.getenv("OCL_ICD_VENDORS");
    return new Unavailable(
        "the OpenCL loader ("
            + loader
            + ") finds no platform"
            + (vendors == null ? "" : " in OCL_ICD_VENDORS=" + vendors),
        (vendors == null ? "" : "unset OCL_ICD_VENDORS, or ")
            + "install a driver: on Debian or Ubuntu, `apt-get install pocl-opencl-icd` for the CPU, or the GPU vendor's OpenCL "
            + "package, which puts an .icd file into /etc/OpenCL/vendors");
  }

  /**
   * Loads the loader's file. One that the user names is loaded as a copy that calls itself {@code
   * libOpenCL.so}, the name that JOCL asks for first, so that no other loader of the system comes
   * before it.
   */
  private static void loadLoader(Path file, boolean named) throws IOException {
    SharedObject library = SharedObject.read(file);
    if (library == null) {
      throw new UnsatisfiedLinkError(file + " is no shared library for this machine");
    }
    String soname = library.soname();
    byte[] renamed = named ? library.withSonameCutTo(SONAME) : null;
    if (renamed != null && !soname.equals(SONAME)) {
      PrivateFiles.load(renamed);
      LOG.debug("loaded {} as {}", file, SONAME);
      return;
    }
    try {
      System.load(file.toString());
      LOG.debug("loaded {} ({})", file, soname);
    } catch (UnsatisfiedLinkError e) {
      if (!String.valueOf(e.getMessage()).contains("another classloader")) {
        throw e;
      }
    }
  }

  /**
   * Initializes JOCL's class, which unpacks and loads its native library. By default it does so to
   * one well-known path, where two processes that start together meet; its property {@code
   * uniqueLibraryNames} gives each its own file, removed at exit.
   */
  private static void loadJocl() {
    String key = "uniqueLibraryNames";
    String before = System.getProperty(key);
    System.setProperty(key, "true");
    try {
      Class.forName("org.jocl.CL", true, OpenClLoader.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new UnsatisfiedLinkError("org.jocl.CL is not on the class path");
    } finally {
      if (before == null) {
        System.clearProperty(key);
      } else {
        System.setProperty(key, before);
      }
    }
  }

  /** How many platforms there are; none is an error code of the loader, which also counts as 0. */
  private static int countPlatforms() {
    int[] count = new int[1];
    int status = Cl.status(() -> CL.clGetPlatformIDs(0, null, count));
    LOG.debug("clGetPlatformIDs: {} platforms, {}", count[0], ClErrors.name(status));
    return status == CL.CL_SUCCESS ? count[0] : 0;
  }
}
