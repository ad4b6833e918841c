package dev.clgrad.bench.gpu;

import static org.jocl.CL.CL_DEVICE_TYPE_ALL;
import static org.jocl.CL.CL_MEM_COPY_HOST_PTR;
import static org.jocl.CL.CL_MEM_READ_WRITE;
import static org.jocl.CL.CL_PROGRAM_BINARIES;
import static org.jocl.CL.CL_PROGRAM_BINARY_SIZES;
import static org.jocl.CL.CL_PROGRAM_BUILD_LOG;
import static org.jocl.CL.CL_TRUE;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_platform_id;
import org.jocl.cl_program;

/** The first device of the first platform, and what the probes do with it. Errors are thrown. */
final class ClSession {
  final cl_platform_id platform;
  final cl_device_id device;
  final cl_context context;
  final cl_command_queue queue;

  /** A program that does not compile. The message is the compiler's first line about it. */
  static final class DoesNotCompile extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DoesNotCompile(String log) {
      super(log);
    }
  }

  @SuppressWarnings("deprecation") // the queue of OpenCL 1.2, as clgrad's
  ClSession() {
    CL.setExceptionsEnabled(true);
    cl_platform_id[] platforms = new cl_platform_id[1];
    CL.clGetPlatformIDs(1, platforms, null);
    platform = platforms[0];
    cl_device_id[] devices = new cl_device_id[1];
    CL.clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, devices, null);
    device = devices[0];
    context = CL.clCreateContext(new cl_context_properties(), 1, devices, null, null, null);
    queue = CL.clCreateCommandQueue(context, device, 0, null);
  }

  /** A resource beside this class. */
  static String source(String name) {
    try (InputStream in = ClSession.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A program, built. */
  cl_program build(String source, String options) {
    cl_program program =
        CL.clCreateProgramWithSource(context, 1, new String[] {source}, null, null);
    try {
      CL.clBuildProgram(program, 1, new cl_device_id[] {device}, options, null, null);
    } catch (CLException e) {
      String log = log(program);
      throw new DoesNotCompile(firstError(log.isBlank() ? String.valueOf(e.getMessage()) : log));
    }
    return program;
  }

  /** What the compiler said. */
  String log(cl_program program) {
    long[] size = new long[1];
    CL.clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, null, size);
    byte[] text = new byte[(int) size[0]];
    CL.clGetProgramBuildInfo(
        program, device, CL_PROGRAM_BUILD_LOG, size[0], Pointer.to(text), null);
    return new String(text, StandardCharsets.UTF_8).replace("\0", "").strip();
  }

  private static String firstError(String log) {
    return log.lines()
        .filter(line -> line.contains("error") || line.contains("fatal"))
        .findFirst()
        .orElse(log.lines().filter(line -> !line.isBlank()).findFirst().orElse(log))
        .strip();
  }

  /** What {@code clGetProgramInfo} calls the program's binary. */
  byte[] binary(cl_program program) {
    long[] size = new long[1];
    CL.clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
    byte[] bytes = new byte[(int) size[0]];
    Pointer[] pointers = {Pointer.to(bytes)};
    CL.clGetProgramInfo(program, CL_PROGRAM_BINARIES, Sizeof.POINTER, Pointer.to(pointers), null);
    return bytes;
  }

  cl_mem buffer(long bytes) {
    return CL.clCreateBuffer(context, CL_MEM_READ_WRITE, Math.max(4, bytes), null, null);
  }

  cl_mem buffer(int[] values) {
    return CL.clCreateBuffer(
        context,
        CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR,
        4L * values.length,
        Pointer.to(values),
        null);
  }

  cl_mem buffer(float[] values) {
    return CL.clCreateBuffer(
        context,
        CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR,
        4L * values.length,
        Pointer.to(values),
        null);
  }

  float[] readFloats(cl_mem from, int count) {
    float[] values = new float[count];
    CL.clEnqueueReadBuffer(queue, from, CL_TRUE, 0, 4L * count, Pointer.to(values), 0, null, null);
    return values;
  }

  int[] readInts(cl_mem from, int count) {
    int[] values = new int[count];
    CL.clEnqueueReadBuffer(queue, from, CL_TRUE, 0, 4L * count, Pointer.to(values), 0, null, null);
    return values;
  }

  static void arguments(cl_kernel kernel, Object... arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] instanceof cl_mem memory) {
        CL.clSetKernelArg(kernel, i, Sizeof.cl_mem, Pointer.to(memory));
      } else if (arguments[i] instanceof Integer number) {
        CL.clSetKernelArg(kernel, i, Sizeof.cl_int, Pointer.to(new int[] {number}));
      } else {
        throw new IllegalArgumentException("argument " + arguments[i]);
      }
    }
  }

  void enqueue(cl_kernel kernel, long global, long local) {
    CL.clEnqueueNDRangeKernel(
        queue, kernel, 1, null, new long[] {global}, new long[] {local}, 0, null, null);
  }

  void finish() {
    CL.clFinish(queue);
  }

  /** A number of the device, of 1, 4 or 8 bytes; -1 if the driver does not know it. */
  long number(int name) {
    ByteBuffer bytes = info(name);
    return switch (bytes.remaining()) {
      case 0 -> -1;
      case 4 -> Integer.toUnsignedLong(bytes.getInt(0));
      case 8, 24 -> bytes.getLong(0);
      default -> bytes.get(0);
    };
  }

  /** A text of the device; empty if the driver does not know it. */
  String text(int name) {
    return StandardCharsets.UTF_8.decode(info(name)).toString().replace("\0", "").strip();
  }

  ByteBuffer info(int name) {
    long[] size = new long[1];
    try {
      CL.clGetDeviceInfo(device, name, 0, null, size);
      ByteBuffer bytes = ByteBuffer.allocateDirect((int) size[0]).order(ByteOrder.nativeOrder());
      CL.clGetDeviceInfo(device, name, size[0], Pointer.to(bytes), null);
      return bytes;
    } catch (CLException e) {
      return ByteBuffer.allocateDirect(0);
    }
  }
}
