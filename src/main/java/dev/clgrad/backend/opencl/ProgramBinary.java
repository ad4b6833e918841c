package dev.clgrad.backend.opencl;

import java.nio.ByteBuffer;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_program;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Programs as the bytes that their driver makes of them. A driver that will not give or take them
 * is no error: the program is then built from source.
 */
final class ProgramBinary {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramBinary.class);

  private ProgramBinary() {}

  /**
   * What the driver has made of a built program of one device.
   *
   * @return null if it does not say
   */
  static byte @Nullable [] of(cl_program program) {
    long size =
        Cl.integer(
            (bytes, to, length) ->
                CL.clGetProgramInfo(program, CL.CL_PROGRAM_BINARY_SIZES, bytes, to, length));
    if (size <= 0 || size > Integer.MAX_VALUE) {
      return null;
    }
    // Outside the Java heap: drivers may compile before they answer, and collections go on.
    ByteBuffer memory = ByteBuffer.allocateDirect((int) size);
    Pointer addresses = Pointer.to(new Pointer[] {Pointer.to(memory)});
    int status =
        Cl.status(
            () ->
                CL.clGetProgramInfo(
                    program, CL.CL_PROGRAM_BINARIES, Sizeof.POINTER, addresses, null));
    if (status != CL.CL_SUCCESS) {
      LOG.debug("clGetProgramInfo: {}", ClErrors.name(status));
      return null;
    }
    byte[] binary = new byte[(int) size];
    memory.get(binary);
    return binary;
  }

  /**
   * The program that such bytes stand for, built.
   *
   * @param options the options that it was built with
   * @return null if the driver does not accept them
   */
  static @Nullable cl_program load(
      cl_context context, cl_device_id device, byte[] binary, String options) {
    int[] accepted = new int[1];
    int[] status = new int[1];
    cl_device_id[] devices = {device};
    cl_program program;
    try {
      program =
          CL.clCreateProgramWithBinary(
              context,
              1,
              devices,
              new long[] {binary.length},
              new byte[][] {binary},
              accepted,
              status);
    } catch (CLException e) {
      LOG.debug("clCreateProgramWithBinary: {}", ClErrors.name(e.getStatus()));
      return null;
    }
    if (program == null || status[0] != CL.CL_SUCCESS || accepted[0] != CL.CL_SUCCESS) {
      LOG.debug("clCreateProgramWithBinary: {}", ClErrors.name(status[0]));
      release(program);
      return null;
    }
    int built = Cl.status(() -> CL.clBuildProgram(program, 1, devices, options, null, null));
    if (built != CL.CL_SUCCESS) {
      LOG.debug("clBuildProgram: {}", ClErrors.name(built));
      release(program);
      return null;
    }
    return program;
  }

  private static void release(@Nullable cl_program program) {
    if (program != null) {
      Cl.status(() -> CL.clReleaseProgram(program));
    }
  }
}
