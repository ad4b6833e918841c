package dev.clgrad.schedule;

import dev.clgrad.backend.Launch;
import dev.clgrad.schedule.PlannedLaunch.Binder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the launches that another maker makes, and remembers what they were made of. */
final class RecordedLaunches implements LaunchMaker {
  private final LaunchMaker maker;

  RecordedLaunches(LaunchMaker maker) {
    this.maker = maker;
  }

  /**
   * The parts of a launch.
   *
   * @param kernel the number of the kernel's task in the batch; -1 for a pointwise kernel
   * @param bodies of a pointwise kernel
   * @param source what a kernel's source is computed from; null if it is read
   * @param result what follows on a kernel's result; null if nothing does
   * @param stored whether a kernel's own result is stored
   */
  record Parts(
      Binder binder,
      int kernel,
      List<Body> bodies,
      @Nullable Source source,
      @Nullable Body result,
      boolean stored)
      implements Binder {
    @Override
    public Launch bind(Batch batch, PlannedLaunch.Buffers buffers) {
      return binder.bind(batch, buffers);
    }
  }

  @Override
  public Binder pointwise(String op, List<Body> bodies, boolean restrict) {
    Binder binder = maker.pointwise(op, bodies, restrict);
    return new Parts(binder, -1, List.copyOf(bodies), null, null, true);
  }

  @Override
  public Binder kernel(
      String op,
      int number,
      KernelTask task,
      @Nullable Source source,
      @Nullable Body result,
      boolean stored) {
    Binder binder = maker.kernel(op, number, task, source, result, stored);
    return new Parts(binder, number, List.of(), source, result, stored);
  }

  @Override
  public boolean canDrop(KernelTask kernel, List<PointwiseTask> following) {
    return maker.canDrop(kernel, following);
  }
}
