package dev.clgrad.backend.opencl;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;

import dev.clgrad.DType;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.BackendCounters;
import dev.clgrad.backend.Buffer;
import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.ProgramSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * A GPU that computes nothing: it writes the text of each rendered program that is launched into a
 * folder, as an OpenCL device would get it, and every read finds zeros.
 */
public final class RecordingBackend implements Backend {
  /** What selects it. */
  public static final String NAME = "recording";

  /** What lists the programs. */
  public static final String INDEX = "programs.tsv";

  private static final DeviceRecord DEVICE =
      new DeviceRecord(
          NAME,
          "none",
          "a GPU that is not there",
          "none",
          "1.2",
          "none",
          "GPU",
          1L << 36,
          1L << 34,
          48L << 10,
          132,
          1024,
          1,
          true,
          false);

  private final Path folder;
  private final String prefix;
  private final Set<ProgramSource> written = new HashSet<>();

  /**
   * A backend without a program yet.
   *
   * @param folder where the programs are written, as {@code <prefix>-<number>.cl}, and {@value
   *     #INDEX}: for each a line of its file, kernel, build options, work-group size and name,
   *     separated by tabs
   * @param prefix what the names of the files begin with
   */
  public RecordingBackend(Path folder, String prefix) {
    this.folder = folder;
    this.prefix = prefix;
  }

  /** Elements that are nowhere. */
  private static final class NoMemory extends Buffer {
    NoMemory(DType dtype, long length) {
      super(dtype, length);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DeviceRecord device() {
    return DEVICE;
  }

  /** What {@link OpenClDiscovery} makes of a large GPU. */
  @Override
  public Limits limits() {
    return new Limits(DEVICE.maxAllocationBytes(), 4352, true, false, 16, 16, 256, 132);
  }

  @Override
  public Buffer allocate(DType dtype, long length) {
    return new NoMemory(dtype, length);
  }

  @Override
  public void free(Buffer buffer) {
    // There is no memory.
  }

  @Override
  public void launch(Launch launch) {
    ProgramSource program = launch.program();
    // A kernel file launched as it is stands in kernels/ already.
    if (program.file() == null && written.add(program)) {
      write(launch);
    }
  }

  private void write(Launch launch) {
    ProgramSource program = launch.program();
    String file = String.format(Locale.ROOT, "%s-%03d.cl", prefix, written.size());
    String line =
        String.join(
            "\t",
            file,
            launch.entry(),
            program.options(),
            Long.toString(Arrays.stream(launch.local()).reduce(1, (a, b) -> a * b)),
            program.name() + "\n");
    try {
      Files.writeString(
          folder.resolve(file), SingleKernel.of(program.text(), launch.entry()), CREATE_NEW);
      Files.writeString(folder.resolve(INDEX), line, CREATE, APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void write(Buffer to, long offset, Object array, int arrayOffset, int length) {
    // There is no memory.
  }

  @Override
  public void read(Buffer from, long offset, Object array, int arrayOffset, int length) {
    // The array's zeros are as good as anything.
  }

  @Override
  public void finish() {
    // Nothing runs.
  }

  @Override
  public BackendCounters counters() {
    return new BackendCounters(written.size(), 0, 0, 0);
  }

  @Override
  public boolean raisesAtLaunch() {
    return false;
  }
}
