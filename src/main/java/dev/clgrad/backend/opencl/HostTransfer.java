package dev.clgrad.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;
import org.jspecify.annotations.Nullable;

/**
 * Copies between Java arrays and buffers by way of a few chunks of memory outside the Java heap.
 *
 * <p>JOCL would take an array itself, but holds it (and with it, in some collectors, every
 * collection) until the device is done, and does not check lengths. So the native side sees only
 * these chunks, never an array; and a write returns when the array is copied, not when the device
 * has it.
 */
final class HostTransfer {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int CHUNKS = 4;

  private final String device;
  private final cl_command_queue queue;
  private final Chunk[] chunks = new Chunk[CHUNKS];
  private int next;

  /** A piece of memory, and the write that still reads from it. */
  private static final class Chunk {
    final ByteBuffer memory = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.nativeOrder());
    final Pointer address = Pointer.to(memory);
    @Nullable cl_event inUse;
  }

  HostTransfer(String device, cl_command_queue queue) {
    this.device = device;
    this.queue = queue;
  }

  /** Copies checked ranges from an array to a buffer. */
  void write(OpenClBuffer to, long offset, Object array, int arrayOffset, int length) {
    int elementBytes = to.dtype().bytes();
    int chunkLength = CHUNK_BYTES / elementBytes;
    for (int done = 0; done < length; done += chunkLength) {
      int count = Math.min(chunkLength, length - done);
      Chunk chunk = freeChunk();
      put(chunk.memory, array, arrayOffset + done, count);
      long at = (offset + done) * elementBytes;
      long bytes = (long) count * elementBytes;
      cl_event event = new cl_event();
      Cl.run(
          "copy " + bytes + " bytes to " + device,
          () ->
              CL.clEnqueueWriteBuffer(
                  queue, to.memory(), false, at, bytes, chunk.address, 0, null, event));
      chunk.inUse = event;
    }
  }

  /** Copies checked ranges from a buffer to an array, after everything before. */
  void read(OpenClBuffer from, long offset, Object array, int arrayOffset, int length) {
    int elementBytes = from.dtype().bytes();
    int chunkLength = CHUNK_BYTES / elementBytes;
    for (int done = 0; done < length; done += chunkLength) {
      int count = Math.min(chunkLength, length - done);
      Chunk chunk = freeChunk();
      long at = (offset + done) * elementBytes;
      long bytes = (long) count * elementBytes;
      Cl.run(
          "copy " + bytes + " bytes from " + device,
          () ->
              CL.clEnqueueReadBuffer(
                  queue, from.memory(), true, at, bytes, chunk.address, 0, null, null));
      get(chunk.memory, array, arrayOffset + done, count);
    }
  }

  /** The chunk used longest ago, once the device has read it. */
  private Chunk freeChunk() {
    int index = next;
    next = (next + 1) % CHUNKS;
    Chunk chunk = chunks[index];
    if (chunk == null) {
      chunk = new Chunk();
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
    } else {
      view.get((byte[]) array, offset, length);
    }
  }
}
