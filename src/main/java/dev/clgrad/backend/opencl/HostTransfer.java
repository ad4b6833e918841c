package dev.clgrad.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_event;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/**
 * Copies between Java arrays and buffers by way of a few chunks of memory outside the Java heap.
 *
 * <p>JOCL would take an array itself, but holds it (and with it, in some collectors, every
 * collection) until the device is done, and does not check lengths. So the native side sees only
 * these chunks, never an array.
 *
 * <p>A write must not wait for the launches before it, and JOCL starts a thread for every transfer
 * that is not blocking. So a write is a blocking one into a chunk on the device, on a queue of its
 * own that is always idle, and then a copy between buffers on the device's queue, in order with the
 * launches.
 */
final class HostTransfer {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int CHUNKS = 4;

  private final String device;
  private final cl_context context;
  private final cl_command_queue queue;
  private final cl_command_queue uploads;
  private final ByteBuffer memory =
      ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.nativeOrder());
  private final Pointer address = Pointer.to(memory);
  private final @Nullable Chunk[] chunks = new Chunk[CHUNKS];
  private int next;

  /** A piece of device memory, and the copy that still reads from it. */
  private static final class Chunk {
    final cl_mem memory;
    @Nullable cl_event inUse;

    Chunk(cl_mem memory) {
      this.memory = memory;
    }
  }

  /**
   * Prepares copies.
   *
   * @param queue the queue that launches go to
   * @param uploads another queue of the same context
   */
  HostTransfer(
      String device, cl_context context, cl_command_queue queue, cl_command_queue uploads) {
    this.device = device;
    this.context = context;
    this.queue = queue;
    this.uploads = uploads;
  }

  /** Copies checked ranges from an array to a buffer. */
  void write(OpenClBuffer to, long offset, Object array, int arrayOffset, int length) {
    int elementBytes = to.dtype().bytes();
    int chunkLength = CHUNK_BYTES / elementBytes;
    for (int done = 0; done < length; done += chunkLength) {
      int count = Math.min(chunkLength, length - done);
      long at = (offset + done) * elementBytes;
      long bytes = (long) count * elementBytes;
      Chunk chunk = freeChunk();
      put(memory, array, arrayOffset + done, count);
      String doing = "copy " + bytes + " bytes to " + device;
      Cl.run(
          doing,
          () ->
              CL.clEnqueueWriteBuffer(
                  uploads, chunk.memory, true, 0, bytes, address, 0, null, null));
      cl_event event = new cl_event();
      Cl.run(
          doing,
          () ->
              CL.clEnqueueCopyBuffer(
                  queue, chunk.memory, to.memory(), 0, at, bytes, 0, null, event));
      chunk.inUse = event;
    }
  }

  /** Copies checked ranges from a buffer to an array, after everything before. */
  void read(OpenClBuffer from, long offset, Object array, int arrayOffset, int length) {
    int elementBytes = from.dtype().bytes();
    int chunkLength = CHUNK_BYTES / elementBytes;
    for (int done = 0; done < length; done += chunkLength) {
      int count = Math.min(chunkLength, length - done);
      long at = (offset + done) * elementBytes;
      long bytes = (long) count * elementBytes;
      Cl.run(
          "copy " + bytes + " bytes from " + device,
          () ->
              CL.clEnqueueReadBuffer(
                  queue, from.memory(), true, at, bytes, address, 0, null, null));
      get(memory, array, arrayOffset + done, count);
    }
  }

  /** The chunk used longest ago, once the device has copied from it. */
  private Chunk freeChunk() {
    int index = next;
    next = (next + 1) % CHUNKS;
    Chunk chunk = chunks[index];
    if (chunk == null) {
      chunk =
          new Chunk(
              Cl.create(
                  "allocate " + CHUNK_BYTES + " bytes for copies to " + device,
                  status ->
                      CL.clCreateBuffer(context, CL.CL_MEM_READ_WRITE, CHUNK_BYTES, null, status)));
      chunks[index] = chunk;
    }
    cl_event event = chunk.inUse;
    if (event != null) {
      Cl.run("wait for a copy to " + device, () -> CL.clWaitForEvents(1, new cl_event[] {event}));
      chunk.inUse = null;
      Cl.status(() -> CL.clReleaseEvent(event));
    }
    return chunk;
  }

  private static void put(ByteBuffer to, Object array, int offset, int length) {
    ByteBuffer view = to.duplicate().order(ByteOrder.nativeOrder()).clear();
    if (array instanceof float[] a) {
      view.asFloatBuffer().put(a, offset, length);
    } else if (array instanceof double[] a) {
      view.asDoubleBuffer().put(a, offset, length);
    } else if (array instanceof int[] a) {
      view.asIntBuffer().put(a, offset, length);
    } else if (array instanceof long[] a) {
      view.asLongBuffer().put(a, offset, length);
    } else if (array instanceof short[] a) {
      view.asShortBuffer().put(a, offset, length);
    } else {
      view.put((byte[]) array, offset, length);
    }
  }

  private static void get(ByteBuffer from, Object array, int offset, int length) {
    ByteBuffer view = from.duplicate().order(ByteOrder.nativeOrder()).clear();
    if (array instanceof float[] a) {
      view.asFloatBuffer().get(a, offset, length);
    } else if (array instanceof double[] a) {
      view.asDoubleBuffer().get(a, offset, length);
    } else if (array instanceof int[] a) {
      view.asIntBuffer().get(a, offset, length);
    } else if (array instanceof long[] a) {
      view.asLongBuffer().get(a, offset, length);
    } else if (array instanceof short[] a) {
      view.asShortBuffer().get(a, offset, length);
    } else {
      view.get((byte[]) array, offset, length);
    }
  }
}
