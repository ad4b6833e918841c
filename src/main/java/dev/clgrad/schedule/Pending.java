package dev.clgrad.schedule;

import dev.clgrad.ClgradException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.Buffer;
import dev.clgrad.backend.Launch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pending tasks of a device in program order, and why those that failed did. All methods belong
 * to the scheduler's lock.
 */
final class Pending {
  /** So many plans are kept at most; a program whose shapes keep changing begins anew. */
  private static final int MAX_PLANS = 1024;

  private final Backend backend;
  private final Memory memory;
  private final Renderer renderer;
  private final LaunchMaker maker;
  private final Map<Key, Plan> plans = new HashMap<>();
  private final Key key = new Key();
  private List<Task> tasks = new ArrayList<>();
  private boolean fused;

  /** Why a content could not be computed at the last attempt. */
  private final IdentityHashMap<Content, ClgradException> failures = new IdentityHashMap<>();

  private long launches;
  private long planned;

  Pending(Backend backend, Memory memory, boolean fused) {
    this.backend = backend;
    this.memory = memory;
    this.fused = fused;
    this.renderer = new Renderer(backend.limits());
    this.maker =
        backend.runsTwins() ? new TwinLaunches() : new OpenClLaunches(renderer, backend.limits());
  }

  long launches() {
    return launches;
  }

  /** How often a plan was made, not found. */
  long planned() {
    return planned;
  }

  long renders() {
    return renderer.renders();
  }

  boolean isFused() {
    return fused;
  }

  void setFused(boolean fused) {
    this.fused = fused;
  }

  int size() {
    return tasks.size();
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  /** Adds a task, and holds what it reads and writes until it has run. */
  void add(Task task) {
    task.begin();
    tasks.add(task);
  }

  /** Runs everything; what fails stays, with everything that depends on it. */
  void flush() {
    if (tasks.isEmpty()) {
      return;
    }
    List<Task> all = tasks;
    tasks = new ArrayList<>();
    failures.clear();
    run(all, null, fused);
  }

  /** Stores a virtual content. */
  void materialize(Content content) {
    run(List.of(), content, fused);
  }

  /** What reading a content would launch now; see {@link LaunchExplainer}. */
  LaunchReport explain(Content content, Map<String, Content> names) {
    return LaunchExplainer.explain(content, tasks, fused, backend, names);
  }

  /** The plan of a batch, made where none of its key was made before. */
  private Plan plan(Batch batch, Key of, boolean together) {
    Plan plan = plans.get(of);
    if (plan == null) {
      plan = Planner.plan(batch, together, maker, backend.limits());
      planned++;
      if (plans.size() >= MAX_PLANS) {
        plans.clear();
      }
      plans.put(of.frozen(), plan);
    }
    return plan;
  }

  private void run(List<Task> all, @Nullable Content wanted, boolean together) {
    key.clear();
    key.add(together ? 1 : 0);
    Batch batch = new Batch(all, wanted, key);
    Plan plan = plan(batch, key, together);
    boolean[] stuck = new boolean[batch.tasks().size()];
    boolean[] ended = new boolean[batch.tasks().size()];
    int next = 0;
    try {
      end(batch, plan.dead(), stuck, ended);
      for (; next < plan.launches().size(); next++) {
        PlannedLaunch launch = plan.launches().get(next);
        ClgradException cause = blocker(batch, launch);
        if (cause == null) {
          cause = run(batch, launch, plan.done().get(next));
        }
        if (cause != null && launch.isFused()) {
          cause = runApart(batch, launch, cause);
        }
        if (cause != null) {
          fail(batch, launch, stuck, cause);
        }
        end(batch, plan.done().get(next), stuck, ended);
      }
    } finally {
      // Not all only where something failed, or an error of the JVM ended the loop.
      for (int t = batch.imported(); t < ended.length; t++) {
        if (!ended[t]) {
          tasks.add(batch.tasks().get(t));
        }
      }
    }
  }

  private static void end(Batch batch, int[] done, boolean[] stuck, boolean[] ended) {
    for (int t : done) {
      if (!stuck[t]) {
        ended[t] = true;
        batch.tasks().get(t).end();
      }
    }
  }

  private void fail(Batch batch, PlannedLaunch launch, boolean[] stuck, ClgradException cause) {
    for (int t : launch.tasks()) {
      for (Value output : batch.tasks().get(t).outputs()) {
        if (!output.content().hasBuffer()) {
          stuck[t] = true;
          failures.put(output.content(), cause);
        }
      }
    }
  }

  /** Why what a launch reads is not there; null if it is. */
  private @Nullable ClgradException blocker(Batch batch, PlannedLaunch launch) {
    if (failures.isEmpty()) {
      return null;
    }
    for (int slot : launch.reads()) {
      Content content = batch.content(slot);
      if (!content.hasBuffer()) {
        ClgradException cause = failures.get(content);
        if (cause != null) {
          return cause;
        }
      }
    }
    return null;
  }

  /**
   * Runs the tasks of a launch that failed one by one: what does not need what failed is computed
   * all the same.
   */
  private @Nullable ClgradException runApart(
      Batch batch, PlannedLaunch launch, ClgradException cause) {
    ClgradException last = null;
    for (int t : launch.tasks()) {
      Task task = batch.tasks().get(t);
      Batch alone = new Batch(List.of(task), null, new Key());
      Plan plan = Planner.plan(alone, false, maker, backend.limits());
      for (PlannedLaunch one : plan.launches()) {
        ClgradException failure = blocker(alone, one);
        if (failure == null) {
          failure = run(alone, one, plan.done().get(0));
        }
        if (failure != null) {
          for (Value output : task.outputs()) {
            failures.put(output.content(), failure);
          }
          last = failure;
        }
      }
    }
    return last == null ? null : cause;
  }

  /** Runs a launch; what stopped it, or null. */
  private @Nullable ClgradException run(Batch batch, PlannedLaunch launch, int[] done) {
    int[] writes = launch.writes();
    Buffer[] made = new Buffer[writes.length];
    @Nullable Content[] donors = new @Nullable Content[writes.length];
    int[] released = launch.hasDonors() ? released(batch, writes, done) : new int[0];
    try {
      for (int i = 0; i < writes.length; i++) {
        Content content = batch.content(writes[i]);
        int slot = launch.maybeDonated()[i] ? donor(batch, writes[i], writes, released) : -1;
        Content donor = slot < 0 ? null : batch.content(slot);
        donors[i] = donor;
        made[i] =
            donor != null
                ? donor.buffer()
                : memory.take(launch.op(), content.dtype(), content.length());
      }
      BatchBuffers buffers = new BatchBuffers(batch, writes, made);
      for (int t : launch.tasks()) {
        Task task = batch.tasks().get(t);
        copyBase(task, buffers, batch, donors, writes);
      }
      if (!launch.isEmpty()) {
        launch(launch.binder().bind(batch, buffers));
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      for (int i = 0; i < made.length; i++) {
        if (made[i] != null && donors[i] == null) {
          memory.giveBack(made[i]);
        }
      }
      if (e instanceof OutOfMemoryError full) {
        return memory.heapFull(launch.op(), full);
      }
      return e instanceof ClgradException known
          ? known
          : new ClgradException(launch.op() + ": the computation failed: " + e, e);
    }
    for (int i = 0; i < writes.length; i++) {
      Content donor = donors[i];
      if (donor != null) {
        donor.takeBuffer();
      }
      batch.content(writes[i]).setBuffer(launch.op(), made[i]);
    }
    return null;
  }

  /** Copies what a write in place leaves alone, unless it lies in the same buffer already. */
  private void copyBase(
      Task task, BatchBuffers buffers, Batch batch, @Nullable Content[] donors, int[] writes) {
    Task.Patch patch = task.patch();
    if (patch == null) {
      return;
    }
    Content fresh = task.outputs().get(0).content();
    for (int i = 0; i < writes.length; i++) {
      if (batch.content(writes[i]) == fresh && donors[i] != null) {
        return;
      }
    }
    Layout whole = Layout.contiguous(Shape.of(fresh.length()));
    Task copy = patch.copy().apply(new Value(patch.base(), whole), new Value(fresh, whole));
    launchAlone(copy, patch.base().buffer(), buffers.buffer(fresh));
  }

  /** Runs a task of one input and one output between buffers. */
  void launchAlone(Task task, Buffer from, Buffer to) {
    // Wanted here, whether or not anybody else still refers to it.
    Content wanted = task.outputs().get(0).content();
    Key own = new Key();
    own.add(0);
    Batch alone = new Batch(List.of(task), wanted, own);
    int made = alone.slot(wanted);
    PlannedLaunch.Binder binder = plan(alone, own, false).launches().get(0).binder();
    launch(
        binder.bind(alone, (slot, offset, w) -> new Arg.Mem(slot == made ? to : from, offset, w)));
  }

  /** Runs a launch, when all pending ones have run. */
  void launch(Launch launch) {
    Launch.Repeat repeat = launch.repeat();
    if (repeat == null) {
      backend.launch(launch);
      launches++;
      return;
    }
    for (long r = 0; r < repeat.count(); r++) {
      backend.launch(launch.repetition(repeat, r));
      launches++;
    }
  }

  /** The plan of a batch that is not pending. */
  Plan plan(Batch batch, Key of) {
    return plan(batch, of, fused);
  }

  /**
   * The number of the content whose buffer another one may take over: what it was before a write in
   * place, if nobody refers to it once this launch's tasks have ended; -1 for none.
   */
  private static int donor(Batch batch, int slot, int[] writes, int[] released) {
    for (int donor = batch.donor(slot); donor >= 0; donor = batch.donor(donor)) {
      Content content = batch.content(donor);
      // What this launch itself makes has a buffer of its own, its donor's perhaps.
      if (content.references() > released[donor] || contains(writes, donor)) {
        return -1;
      }
      if (content.hasBuffer()) {
        return content.length() == batch.content(slot).length() ? donor : -1;
      }
    }
    return -1;
  }

  /**
   * How many references to each content go when tasks end; those that stay as recipes keep theirs.
   */
  private static int[] released(Batch batch, int[] writes, int[] done) {
    int[] released = new int[batch.contentCount()];
    for (int t : done) {
      boolean ends = true;
      for (int slot : batch.writes(t)) {
        Content content = batch.content(slot);
        ends &=
            content.hasBuffer() || content.references() == released[slot] || contains(writes, slot);
        if (batch.donor(slot) >= 0) {
          released[batch.donor(slot)]++;
        }
      }
      if (ends) {
        for (int slot : batch.reads(t)) {
          released[slot]++;
        }
      }
    }
    return released;
  }

  private static boolean contains(int[] slots, int slot) {
    for (int s : slots) {
      if (s == slot) {
        return true;
      }
    }
    return false;
  }

  /** Takes a task back that is still pending, and raises why. */
  void drop(Task task) {
    if (tasks.remove(task)) {
      ClgradException cause = failure(task);
      task.abandon();
      throw cause;
    }
  }

  /** Why the first task that is pending could not run. */
  ClgradException failure() {
    return failure(tasks.get(0));
  }

  private ClgradException failure(Task task) {
    return failure(task.op(), task.outputs().get(0).content());
  }

  /** Why a content could not be computed, for the operation that asks for it. */
  ClgradException failure(String op, Content content) {
    ClgradException cause = failures.get(content);
    return cause != null
        ? cause
        : new ClgradException(op + ": a pending computation could not run");
  }
}
