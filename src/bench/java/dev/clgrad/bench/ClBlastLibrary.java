package dev.clgrad.bench;

import static org.jocl.CL.CL_DEVICE_NAME;
import static org.jocl.CL.CL_DEVICE_TYPE_ALL;
import static org.jocl.CL.CL_MEM_COPY_HOST_PTR;
import static org.jocl.CL.CL_MEM_READ_WRITE;
import static org.jocl.CL.CL_TRUE;
import static org.jocl.blast.CLBlastLayout.CLBlastLayoutRowMajor;
import static org.jocl.blast.CLBlastTranspose.CLBlastTransposeNo;
import static org.jocl.blast.CLBlastTranspose.CLBlastTransposeYes;

import java.nio.charset.StandardCharsets;
import java.util.function.DoubleSupplier;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.blast.CLBlast;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_mem;
import org.jocl.cl_platform_id;

/** The products of CLBlast on the first OpenCL device, with all matrices in its memory. */
final class ClBlastLibrary implements Library {
  private final cl_device_id device;
  private final cl_context context;
  private final cl_command_queue queue;

  @SuppressWarnings("deprecation") // the queue of OpenCL 1.2, as clgrad's
  ClBlastLibrary() {
    CL.setExceptionsEnabled(true);
    CLBlast.setExceptionsEnabled(true);
    cl_platform_id[] platforms = new cl_platform_id[1];
    CL.clGetPlatformIDs(1, platforms, null);
    cl_device_id[] devices = new cl_device_id[1];
    CL.clGetDeviceIDs(platforms[0], CL_DEVICE_TYPE_ALL, 1, devices, null);
    device = devices[0];
    context = CL.clCreateContext(new cl_context_properties(), 1, devices, null, null, null);
    queue = CL.clCreateCommandQueue(context, device, 0, null);
  }

  @Override
  public Workload prepare(Row row) throws Missing {
    if (!row.isGemm()) {
      throw new Missing("only products");
    }
    Gemm gemm = row.gemm();
    return gemm.doubles() ? doubles(gemm) : floats(gemm);
  }

  private Workload doubles(Gemm gemm) {
    cl_mem a = buffer(Pointer.to(gemm.doublesOfA()), (long) gemm.sizeOfA() * Double.BYTES);
    cl_mem b = buffer(Pointer.to(gemm.doublesOfB()), (long) gemm.sizeOfB() * Double.BYTES);
    double[] read = new double[gemm.sizeOfC()];
    cl_mem c = buffer(Pointer.to(read), (long) read.length * Double.BYTES);
    return work(
        () ->
            CLBlast.CLBlastDgemm(
                CLBlastLayoutRowMajor,
                transposeOf(gemm),
                CLBlastTransposeNo,
                gemm.m(),
                gemm.n(),
                gemm.k(),
                1,
                a,
                0,
                gemm.columns(),
                b,
                0,
                gemm.n(),
                0,
                c,
                0,
                gemm.n(),
                queue,
                null),
        () -> {
          read(c, Pointer.to(read), (long) read.length * Double.BYTES);
          return Gemm.meanSquare(read);
        });
  }

  private Workload floats(Gemm gemm) {
    cl_mem a = buffer(Pointer.to(gemm.a()), (long) gemm.sizeOfA() * Float.BYTES);
    cl_mem b = buffer(Pointer.to(gemm.b()), (long) gemm.sizeOfB() * Float.BYTES);
    float[] read = new float[gemm.sizeOfC()];
    cl_mem c = buffer(Pointer.to(read), (long) read.length * Float.BYTES);
    return work(
        () -> enqueue(gemm, a, b, c),
        () -> {
          read(c, Pointer.to(read), (long) read.length * Float.BYTES);
          return Gemm.meanSquare(read);
        });
  }

  private void enqueue(Gemm gemm, cl_mem a, cl_mem b, cl_mem c) {
    int transpose = transposeOf(gemm);
    if (gemm.isVector()) {
      CLBlast.CLBlastSgemv(
          CLBlastLayoutRowMajor,
          transpose,
          gemm.m(),
          gemm.k(),
          1,
          a,
          0,
          gemm.columns(),
          b,
          0,
          1,
          0,
          c,
          0,
          1,
          queue,
          null);
    } else if (gemm.hasBatch()) {
      CLBlast.CLBlastSgemmStridedBatched(
          CLBlastLayoutRowMajor,
          transpose,
          CLBlastTransposeNo,
          gemm.m(),
          gemm.n(),
          gemm.k(),
          1,
          a,
          0,
          gemm.columns(),
          (long) gemm.m() * gemm.k(),
          b,
          0,
          gemm.n(),
          (long) gemm.k() * gemm.n(),
          0,
          c,
          0,
          gemm.n(),
          (long) gemm.m() * gemm.n(),
          gemm.batch(),
          queue,
          null);
    } else {
      CLBlast.CLBlastSgemm(
          CLBlastLayoutRowMajor,
          transpose,
          CLBlastTransposeNo,
          gemm.m(),
          gemm.n(),
          gemm.k(),
          1,
          a,
          0,
          gemm.columns(),
          b,
          0,
          gemm.n(),
          0,
          c,
          0,
          gemm.n(),
          queue,
          null);
    }
  }

  private static int transposeOf(Gemm gemm) {
    return gemm.transposed() ? CLBlastTransposeYes : CLBlastTransposeNo;
  }

  private cl_mem buffer(Pointer values, long bytes) {
    return CL.clCreateBuffer(
        context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, bytes, values, null);
  }

  private void read(cl_mem from, Pointer to, long bytes) {
    CL.clEnqueueReadBuffer(queue, from, CL_TRUE, 0, bytes, to, 0, null, null);
  }

  private Workload work(Runnable enqueued, DoubleSupplier checked) {
    return new Workload() {
      @Override
      public void run() {
        enqueued.run();
        CL.clFinish(queue);
      }

      @Override
      public double check() {
        run();
        return checked.getAsDouble();
      }
    };
  }

  @Override
  public String version() {
    byte[] name = new byte[256];
    long[] size = new long[1];
    CL.clGetDeviceInfo(
        device, CL_DEVICE_NAME, (long) name.length * Sizeof.cl_char, Pointer.to(name), size);
    return "CLBlast through JOCLBlast 1.5.2 on "
        + new String(name, 0, (int) size[0], StandardCharsets.UTF_8).replace("\0", "").strip();
  }
}
