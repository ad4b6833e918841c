package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;

/**
 * One dimension of the product that a convolution or its input gradient is: place q of the result
 * reads place t / div of the input for each tap k, with t = q mul + k step + off, where div divides
 * t. Where div is not 1, mul is. {@code convolution.cl} tells more.
 *
 * @param in the size of the input
 * @param out the size of the result
 * @param taps the size of the kernel
 * @param every how far taps that meet the same phase are apart
 */
record Window(long in, long out, long taps, long mul, long step, long off, long div, long every) {

  /** The taps that a phase meets, as in {@code convolution.cl}. */
  record Taps(int first, int count, int base, int step) {}

  /** How many parameters {@link #addTo} adds. */
  static final int PARAMETERS = 8;

  static Window read(TwinCall call, int at) {
    return new Window(
        call.integer(at),
        call.integer(at + 1),
        call.integer(at + 2),
        call.integer(at + 3),
        call.integer(at + 4),
        call.integer(at + 5),
        call.integer(at + 6),
        call.integer(at + 7));
  }

  /** Adds the parameters of a kernel. */
  void addTo(KernelTask.Builder task) {
    task.i64(in).i64(out).i64(taps).i64(mul).i64(step).i64(off).i64(div).i64(every);
  }

  /** Whether place q of the result reads place q of the input alone. */
  boolean isPointwise() {
    return taps == 1 && mul == 1 && div == 1 && off == 0 && in == out;
  }

  /** Places of a phase, counted so that each phase has as many. */
  long places() {
    return (out + div - 1) / div;
  }

  /** The most taps that a phase meets. */
  long mostTaps() {
    return (taps + every - 1) / every;
  }

  /** The lowest place of the input that is asked for; below 0 in the padding. */
  long low() {
    return Math.floorDiv(off + Math.min(0, step * (taps - 1)), div);
  }

  /** How many places of the input, from {@link #low} on, the places of the result at 0 ask for. */
  long reach() {
    return Math.floorDiv(div - 1 + off + Math.max(0, step * (taps - 1)), div) - low() + 1;
  }

  private long high() {
    long last = (places() * div - 1) * mul;
    return Math.floorDiv(last + off + Math.max(0, step * (taps - 1)), div);
  }

  /** The same over an input that begins at {@link #low} and reaches as far as is asked for. */
  Window padded() {
    return new Window(high() - low() + 1, out, taps, mul, step, off - low() * div, div, every);
  }

  Taps taps(long phase) {
    long most = Math.min(every, taps);
    long first = 0;
    while (first < most && (phase + off + first * step) % div != 0) {
      first++;
    }
    long count = first < most ? (taps - first + every - 1) / every : 0;
    return new Taps(
        (int) first,
        (int) count,
        (int) ((phase + off + first * step) / div),
        (int) (every * step / div));
  }
}
