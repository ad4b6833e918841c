package dev.clgrad.bench.gpu;

import static org.jocl.CL.CL_MAP_READ;
import static org.jocl.CL.CL_MAP_WRITE;
import static org.jocl.CL.CL_MEM_ALLOC_HOST_PTR;
import static org.jocl.CL.CL_MEM_READ_WRITE;
import static org.jocl.CL.CL_TRUE;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/** What calls, transfers and copies take. */
final class Timings {
  private static final int LAUNCHES = 10_000;
  private static final int ROUND_TRIPS = 1_000;
  private static final int TRANSFER = 64 << 20;
  private static final long COPY = 256L << 20;
  private static final int REPEATS = 7;

  private Timings() {}

  static List<ProbeCase> cases() {
    List<ProbeCase> cases = new ArrayList<>();
    cases.add(new ProbeCase("launches, no arguments", session -> launches(session, false)));
    cases.add(
        new ProbeCase("launches, ten arguments set each", session -> launches(session, true)));
    cases.add(new ProbeCase("launch and finish", Timings::roundTrips));
    for (int megabytes : new int[] {1, 64}) {
      cases.add(
          new ProbeCase(
              "create, first write and release " + megabytes + " MB",
              session -> creation(session, megabytes)));
    }
    cases.add(new ProbeCase("transfer of 64 MB, pageable", session -> transfers(session, false)));
    cases.add(new ProbeCase("transfer of 64 MB, pinned", session -> transfers(session, true)));
    cases.add(new ProbeCase("copy 256 MB, clEnqueueCopyBuffer", Timings::copyBuffer));
    for (int local : new int[] {64, 128, 256, 512, 1024}) {
      for (int perItem : new int[] {1, 4, 16}) {
        cases.add(copy("copy4", 4, local, perItem));
      }
    }
    cases.add(copy("copy1", 1, 256, 1));
    cases.add(copy("copy1", 1, 256, 16));
    return cases;
  }

  private static cl_kernel kernel(ClSession session, String name) {
    return CL.clCreateKernel(session.build(ClSession.source("timings.cl"), ""), name, null);
  }

  /** The median time of one, in nanoseconds. */
  private static double median(Runnable work) {
    double[] times = new double[REPEATS];
    work.run();
    for (int i = 0; i < REPEATS; i++) {
      long start = System.nanoTime();
      work.run();
      times[i] = System.nanoTime() - start;
    }
    Arrays.sort(times);
    return times[REPEATS / 2];
  }

  private static String microseconds(double nanos, int count) {
    return String.format(Locale.ROOT, "%.2f us", nanos / count / 1e3);
  }

  private static String rate(double nanos, long bytes) {
    return String.format(Locale.ROOT, "%.1f GB/s (%.3f ms)", bytes / nanos, nanos / 1e6);
  }

  private static String launches(ClSession session, boolean withArguments) {
    cl_kernel kernel = kernel(session, withArguments ? "ten" : "empty");
    cl_mem buffer = session.buffer(1024);
    double[] enqueued = new double[1];
    double whole =
        median(
            () -> {
              long start = System.nanoTime();
              for (int i = 0; i < LAUNCHES; i++) {
                if (withArguments) {
                  ClSession.arguments(kernel, buffer, buffer, buffer, buffer, 1, 2, 3, 4, 5, 6);
                }
                session.enqueue(kernel, 64, 64);
              }
              enqueued[0] = System.nanoTime() - start;
              session.finish();
            });
    CL.clReleaseMemObject(buffer);
    return microseconds(whole, LAUNCHES)
        + " each of 10000, of them "
        + microseconds(enqueued[0], LAUNCHES)
        + " to enqueue";
  }

  private static String roundTrips(ClSession session) {
    cl_kernel kernel = kernel(session, "empty");
    double whole =
        median(
            () -> {
              for (int i = 0; i < ROUND_TRIPS; i++) {
                session.enqueue(kernel, 64, 64);
                session.finish();
              }
            });
    return microseconds(whole, ROUND_TRIPS);
  }

  private static String creation(ClSession session, int megabytes) {
    long bytes = (long) megabytes << 20;
    int[] zero = {0};
    double whole =
        median(
            () -> {
              cl_mem buffer = session.buffer(bytes);
              CL.clEnqueueWriteBuffer(
                  session.queue, buffer, CL_TRUE, 0, 4, Pointer.to(zero), 0, null, null);
              CL.clReleaseMemObject(buffer);
            });
    return microseconds(whole, 1);
  }

  private static String transfers(ClSession session, boolean pinned) {
    cl_mem device = session.buffer(TRANSFER);
    cl_mem host = null;
    ByteBuffer memory;
    if (pinned) {
      host =
          CL.clCreateBuffer(
              session.context, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, TRANSFER, null, null);
      memory =
          CL.clEnqueueMapBuffer(
              session.queue,
              host,
              CL_TRUE,
              CL_MAP_READ | CL_MAP_WRITE,
              0,
              TRANSFER,
              0,
              null,
              null,
              null);
    } else {
      memory = ByteBuffer.allocateDirect(TRANSFER);
    }
    Pointer pointer = Pointer.to(memory);
    double to =
        median(
            () ->
                CL.clEnqueueWriteBuffer(
                    session.queue, device, CL_TRUE, 0, TRANSFER, pointer, 0, null, null));
    double from =
        median(
            () ->
                CL.clEnqueueReadBuffer(
                    session.queue, device, CL_TRUE, 0, TRANSFER, pointer, 0, null, null));
    if (host != null) {
      CL.clEnqueueUnmapMemObject(session.queue, host, memory, 0, null, null);
      CL.clReleaseMemObject(host);
    }
    CL.clReleaseMemObject(device);
    return "to the device " + rate(to, TRANSFER) + ", from it " + rate(from, TRANSFER);
  }

  private static String copyBuffer(ClSession session) {
    cl_mem from = session.buffer(COPY);
    cl_mem to = session.buffer(COPY);
    double whole =
        median(
            () -> {
              CL.clEnqueueCopyBuffer(session.queue, from, to, 0, 0, COPY, 0, null, null);
              session.finish();
            });
    CL.clReleaseMemObject(from);
    CL.clReleaseMemObject(to);
    return "read and written " + rate(whole, 2 * COPY);
  }

  private static ProbeCase copy(String kernelName, int width, int local, int perItem) {
    return new ProbeCase(
        "copy 256 MB, " + kernelName + ", work-groups of " + local + ", " + perItem + " per item",
        session -> {
          cl_kernel kernel = kernel(session, kernelName);
          cl_mem from = session.buffer(COPY);
          cl_mem to = session.buffer(COPY);
          int count = (int) (COPY / 4 / width);
          ClSession.arguments(kernel, from, to, count);
          double whole =
              median(
                  () -> {
                    session.enqueue(kernel, count / perItem, local);
                    session.finish();
                  });
          CL.clReleaseMemObject(from);
          CL.clReleaseMemObject(to);
          return "read and written " + rate(whole, 2 * COPY);
        });
  }
}
