package dev.clgrad.backend.opencl;

import dev.clgrad.DeviceException;
import dev.clgrad.KernelBuildException;
import dev.clgrad.backend.ProgramSource;
import java.util.HashMap;
import java.util.Map;
import org.jocl.CL;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The programs of one device: each is built when it is first launched, and kept. One that fails is
 * built again when asked for again.
 */
final class ProgramCache {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramCache.class);

  /** Kernels are OpenCL C 1.2, which every driver has. */
  private static final String OPTIONS = "-cl-std=CL1.2 ";

  private static final int LONGEST_LOG = 16_000;

  private final String device;
  private final cl_context context;
  private final cl_device_id id;
  private final Map<ProgramSource, Program> programs = new HashMap<>();

  private record Program(cl_program handle, Map<String, OpenClKernel> kernels) {}

  ProgramCache(String device, cl_context context, cl_device_id id) {
    this.device = device;
    this.context = context;
    this.id = id;
  }

  /** A kernel, built where needed. */
  OpenClKernel kernel(String op, ProgramSource source, String entry) {
    Program program = programs.get(source);
    if (program == null) {
      program = new Program(build(op, source), new HashMap<>());
      programs.put(source, program);
    }
    OpenClKernel kernel = program.kernels().get(entry);
    if (kernel == null) {
      kernel = open(op, source, entry, program.handle());
      program.kernels().put(entry, kernel);
    }
    return kernel;
  }

  private cl_program build(String op, ProgramSource source) {
    String[] text = {source.text()};
    cl_program program =
        Cl.create(
            "hand " + source.name() + " to the driver of " + device,
            status -> CL.clCreateProgramWithSource(context, 1, text, null, status));
    String options = OPTIONS + source.options();
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
      LOG.debug(
          "built {} ({}) in {} ms{}",
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
            + (log.isEmpty() ? "; the driver left no log" : "\n" + log));
  }

  private String log(cl_program program) {
    String log =
        Cl.text(
            (bytes, to, size) ->
                CL.clGetProgramBuildInfo(program, id, CL.CL_PROGRAM_BUILD_LOG, bytes, to, size));
    return log.length() <= LONGEST_LOG ? log : log.substring(0, LONGEST_LOG) + "\n…";
  }

  private OpenClKernel open(String op, ProgramSource source, String entry, cl_program program) {
    cl_kernel kernel;
    try {
      kernel =
          Cl.create(
              "find kernel " + entry + " in " + source.name() + " for " + op,
              status -> CL.clCreateKernel(program, entry, status));
    } catch (DeviceException e) {
      throw new KernelBuildException(String.valueOf(e.getMessage()), e);
    }
    long parameters =
        Cl.integer(
            (bytes, to, size) ->
                CL.clGetKernelInfo(kernel, CL.CL_KERNEL_NUM_ARGS, bytes, to, size));
    long maxLocalSize =
        Cl.integer(
            (bytes, to, size) ->
                CL.clGetKernelWorkGroupInfo(
                    kernel, id, CL.CL_KERNEL_WORK_GROUP_SIZE, bytes, to, size));
    return new OpenClKernel(
        source.name() + ":" + entry, kernel, (int) parameters, Math.max(1, maxLocalSize));
  }
}
