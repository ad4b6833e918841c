package dev.clgrad.schedule;

import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Buffer;

/** The buffers of a batch's contents, with those that a launch is about to make. */
record BatchBuffers(Batch batch, int[] writes, Buffer[] made) implements PlannedLaunch.Buffers {
  Buffer buffer(Content content) {
    for (int i = 0; i < writes.length; i++) {
      if (batch.content(writes[i]) == content) {
        return made[i];
      }
    }
    return content.buffer();
  }

  @Override
  public Arg.Mem mem(int slot, long offset, boolean written) {
    for (int i = 0; i < writes.length; i++) {
      if (writes[i] == slot) {
        return new Arg.Mem(made[i], offset, written);
      }
    }
    return new Arg.Mem(batch.content(slot).buffer(), offset, written);
  }
}
