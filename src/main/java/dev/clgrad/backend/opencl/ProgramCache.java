package dev.clgrad.backend.opencl;

import dev.clgrad.DeviceException;
import dev.clgrad.KernelBuildException;
import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.programs.CacheSettings;
import dev.clgrad.backend.programs.ProgramFolder;
import dev.clgrad.backend.programs.ProgramKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jocl.CL;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernels of one device: each is loaded from disk or built when it is first launched, and kept.
 * One that fails is built again when asked for again.
 *
 * <p>Each has a program of its own, which holds no other kernel of its source: see {@link
 * SingleKernel}.
 */
final class ProgramCache {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramCache.class);

  /** Kernels are OpenCL C 1.2, which every driver has. */
  private static final String OPTIONS = "-cl-std=CL1.2 ";

  private static final int LONGEST_LOG = 16_000;

  private final DeviceRecord record;
  private final String device;
  private final cl_context context;
  private final cl_device_id id;
  private final @Nullable ProgramFolder folder;
  private final Map<Wanted, OpenClKernel> kernels = new HashMap<>();
  private final List<Unsaved> unsaved = new ArrayList<>();
  private long builds;
  private long diskHits;

  private record Wanted(ProgramSource source, String entry) {
    String options() {
      return OPTIONS + source.options();
    }
  }

  private record Unsaved(ProgramKey key, cl_program program) {}

  /**
   * The kernels of a device that is open.
   *
   * @param device its name, for messages
   */
  ProgramCache(DeviceRecord record, String device, cl_context context, cl_device_id id) {
    this.record = record;
    this.device = device;
    this.context = context;
    this.id = id;
    this.folder = CacheSettings.enabled() ? CacheSettings.folder() : null;
  }

  /** How many programs were compiled from source. */
  long builds() {
    return builds;
  }

  /** How many programs were loaded from disk. */
  long diskHits() {
    return diskHits;
  }

  /** A kernel, loaded or built where needed. */
  OpenClKernel kernel(String op, ProgramSource source, String entry) {
    Wanted wanted = new Wanted(source, entry);
    OpenClKernel kernel = kernels.get(wanted);
    if (kernel == null) {
      kernel = folder == null ? built(op, wanted, null) : stored(op, wanted, folder);
      kernels.put(wanted, kernel);
    }
    return kernel;
  }

  /**
   * Writes the programs built since the last call to disk.
   *
   * <p>This is for when the host waits for the device anyway, and not right after a build: drivers
   * that compile for a work-group's size at a kernel's first launch put what they have made of it
   * into the program's binary, but only when first asked for that.
   */
  void save() {
    if (unsaved.isEmpty() || folder == null) {
      return;
    }
    for (Unsaved each : unsaved) {
      byte[] binary = SignalActions.keptDuring(() -> ProgramBinary.of(each.program()));
      if (binary != null) {
        folder.store(each.key(), binary);
      }
    }
    unsaved.clear();
  }

  /** The kernel from disk, or built if there is none that this driver takes. */
  private OpenClKernel stored(String op, Wanted wanted, ProgramFolder from) {
    ProgramSource source = wanted.source();
    ProgramKey key = ProgramKey.of(record, wanted.options(), wanted.entry(), source.text());
    byte[] binary = from.load(key);
    if (binary == null) {
      return built(op, wanted, key);
    }
    cl_program program =
        SignalActions.keptDuring(() -> ProgramBinary.load(context, id, binary, wanted.options()));
    if (program == null) {
      return built(op, wanted, key);
    }
    OpenClKernel kernel;
    try {
      kernel = open(op, wanted, program);
    } catch (KernelBuildException e) {
      LOG.debug("a program from disk lacks its kernel", e);
      Cl.status(() -> CL.clReleaseProgram(program));
      return built(op, wanted, key);
    }
    diskHits++;
    LOG.debug("loaded {} of {}", wanted.entry(), source.name());
    return kernel;
  }

  private OpenClKernel built(String op, Wanted wanted, @Nullable ProgramKey key) {
    cl_program program = build(op, wanted);
    OpenClKernel kernel = open(op, wanted, program);
    if (key != null) {
      unsaved.add(new Unsaved(key, program));
    }
    return kernel;
  }

  private cl_program build(String op, Wanted wanted) {
    ProgramSource source = wanted.source();
    String[] text = {SingleKernel.of(source.text(), wanted.entry())};
    cl_program program =
        Cl.create(
            "hand " + source.name() + " to the driver of " + device,
            status -> CL.clCreateProgramWithSource(context, 1, text, null, status));
    String options = wanted.options();
    long start = System.nanoTime();
    int status =
        SignalActions.keptDuring(
            () ->
                Cl.status(
                    () ->
                        CL.clBuildProgram(
                            program, 1, new cl_device_id[] {id}, options, null, null)));
    String log = log(program);
    if (status == CL.CL_SUCCESS) {
      builds++;
      LOG.debug(
          "built {} of {} ({}) in {} ms{}",
          wanted.entry(),
          source.name(),
          options,
          (System.nanoTime() - start) / 1_000_000,
          log.isEmpty() ? "" : ":\n" + log);
      return program;
    }
    Cl.status(() -> CL.clReleaseProgram(program));
    if (ClErrors.isOutOfMemory(status)) {
      throw ClErrors.exception(status, "build " + source.name() + " for " + op);
    }
    throw new KernelBuildException(
        op
            + ": "
            + source.name()
            + " did not build on "
            + device
            + " with "
            + options
            + ": "
            + ClErrors.sentence(status)
            + (log.isEmpty() ? "; the driver left no log" : "\n" + BuildLog.located(log, text[0])));
  }

  private String log(cl_program program) {
    String log =
        Cl.text(
            (bytes, to, size) ->
                CL.clGetProgramBuildInfo(program, id, CL.CL_PROGRAM_BUILD_LOG, bytes, to, size));
    return log.length() <= LONGEST_LOG ? log : log.substring(0, LONGEST_LOG) + "\n…";
  }

  private OpenClKernel open(String op, Wanted wanted, cl_program program) {
    String name = wanted.source().name() + ":" + wanted.entry();
    cl_kernel kernel = create(op, wanted, program);
    int parameters = KernelQuery.parameters(kernel);
    return new OpenClKernel(
        new KernelInstance(name, kernel, parameters),
        () -> new KernelInstance(name, create(op, wanted, program), parameters),
        KernelQuery.maxLocalSize(kernel, id),
        () -> KernelQuery.signature(kernel, id));
  }

  private static cl_kernel create(String op, Wanted wanted, cl_program program) {
    String entry = wanted.entry();
    try {
      return Cl.create(
          "find kernel " + entry + " in " + wanted.source().name() + " for " + op,
          status -> CL.clCreateKernel(program, entry, status));
    } catch (DeviceException e) {
      throw new KernelBuildException(String.valueOf(e.getMessage()), e);
    }
  }
}
