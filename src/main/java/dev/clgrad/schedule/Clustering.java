package dev.clgrad.schedule;

import dev.clgrad.Shape;
import dev.clgrad.backend.Limits;
import dev.clgrad.schedule.Cluster.Read;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which tasks share a launch. Tasks whose results are stored are placed one after another,
 * in program order, into clusters, each of which becomes one launch: pointwise tasks of one index
 * space with what they are computed from; a kernel with what its source is computed from, and the
 * pointwise tasks that follow on its result. A task joins the first cluster that comes after all it
 * depends on and has room for it. Since a content never changes, only its makers come before its
 * readers; nothing else orders tasks.
 */
final class Clustering {
  /** The most functions in one launch. */
  private static final int MAX_STEPS = 96;

  /** The most buffers of one launch. */
  private static final int MAX_OPERANDS = 64;

  /** The most index spaces of one launch. */
  private static final int MAX_PARTS = 16;

  private final Batch batch;
  private final boolean fused;
  private final Limits limits;
  private final Inlining inlining;
  private final ArgumentBytes argumentBytes;

  private List<Cluster> clusters = new ArrayList<>();
  private int[] clusterOf = new int[0];
  private List<List<Cluster>> launches = new ArrayList<>();

  /**
   * The clusters of a batch.
   *
   * @param fused whether tasks may share a launch; otherwise each has its own
   */
  Clustering(Batch batch, boolean fused, Inlining inlining, Limits limits) {
    this.batch = batch;
    this.fused = fused;
    this.inlining = inlining;
    this.limits = limits;
    this.argumentBytes = new ArgumentBytes(batch, inlining);
    do {
      cluster();
    } while (storeWhatIsComputedTooOften());
    if (fused) {
      joinSmall();
    } else {
      clusters.forEach(c -> launches.add(List.of(c)));
    }
  }

  /** All clusters, makers before readers. */
  List<Cluster> clusters() {
    return clusters;
  }

  /** What is launched, in this order, and the clusters that share each launch. */
  List<List<Cluster>> launches() {
    return launches;
  }

  /** Whether a content is stored by one of a cluster's tasks. */
  boolean makes(Cluster cluster, int slot) {
    int w = inlining.writer(slot);
    return w >= 0 && clusterOf[w] == cluster.index && !inlining.isInlined(w);
  }

  private void cluster() {
    clusters = new ArrayList<>();
    clusterOf = new int[batch.tasks().size()];
    Arrays.fill(clusterOf, -1);
    for (int t = 0; t < clusterOf.length; t++) {
      if (!inlining.isLive(t) || inlining.isInlined(t)) {
        continue;
      }
      Cluster cluster =
          batch.tasks().get(t) instanceof KernelTask kernel ? kernel(t, kernel) : placed(t);
      clusterOf[t] = cluster.index;
    }
  }

  private Cluster kernel(int t, KernelTask task) {
    Cluster cluster = new Cluster(clusters.size(), Shape.SCALAR, t);
    clusters.add(cluster);
    int[] slots = batch.reads(t);
    for (int k = 0; k < slots.length; k++) {
      int w = inlining.writer(slots[k]);
      if (w >= 0 && inlining.isInlined(w)) {
        new Expression(this, cluster.reads, cluster.inlined).walk(w, task.inputs().get(k).layout());
      } else {
        cluster.reads.add(new Read(slots[k], task.inputs().get(k).layout()));
      }
    }
    cluster.operands = slots.length + task.outputs().size() + cluster.reads.size();
    return cluster;
  }

  /** The cluster of a pointwise task whose result is stored. */
  private Cluster placed(int t) {
    PointwiseTask task = inlining.pointwise(t);
    List<Read> reads = new ArrayList<>();
    BitSet inlined = new BitSet();
    inlined.set(t);
    new Expression(this, reads, inlined).operands(t, null);
    Shape shape = task.output().shape();
    int first = 0;
    for (Read read : reads) {
      int w = inlining.writer(read.slot());
      if (w < 0) {
        continue;
      }
      Cluster maker = clusters.get(clusterOf[w]);
      boolean elementwise = maker.isOver(shape) && read.isElementwise(batch, w);
      first = Math.max(first, elementwise ? maker.index : maker.index + 1);
    }
    first = Math.max(first, afterReadersOfDonor(task, shape));
    if (task.patch() != null) {
      int base = inlining.writer(batch.slot(task.patch().base()));
      first = base < 0 ? first : Math.max(first, clusterOf[base] + 1);
    }
    if (fused) {
      Cluster last = latest(reads);
      if (last != null && last.kernel >= 0 && follows(last, t, reads, inlined, shape)) {
        return join(last, t, reads, inlined);
      }
      for (int c = first; c < clusters.size(); c++) {
        Cluster candidate = clusters.get(c);
        if (candidate.kernel < 0
            && candidate.isOver(shape)
            && fits(candidate, shape, reads, inlined, task.output().layout())) {
          return join(candidate, t, reads, inlined);
        }
      }
    }
    Cluster fresh = new Cluster(clusters.size(), shape, -1);
    clusters.add(fresh);
    return join(fresh, t, reads, inlined);
  }

  /** A write in place waits for those who read the memory that it may take over. */
  private int afterReadersOfDonor(PointwiseTask task, Shape shape) {
    int first = 0;
    int own = batch.slot(task.output().content());
    for (int slot = batch.donor(own); slot >= 0; slot = batch.donor(slot)) {
      for (Cluster cluster : clusters) {
        for (Read read : cluster.reads) {
          if (read.slot() == slot) {
            boolean elementwise =
                cluster.isOver(shape)
                    && cluster.kernel < 0
                    && read.layout().equals(task.output().layout());
            first = Math.max(first, elementwise ? cluster.index : cluster.index + 1);
          }
        }
      }
    }
    return first;
  }

  /** The last of the clusters that make what is read; null if all was there before. */
  private @Nullable Cluster latest(List<Read> reads) {
    int last = -1;
    for (Read read : reads) {
      int w = inlining.writer(read.slot());
      last = w < 0 ? last : Math.max(last, clusterOf[w]);
    }
    return last < 0 ? null : clusters.get(last);
  }

  /** Whether a pointwise task can be computed on a kernel's result before it is stored. */
  private boolean follows(Cluster kernel, int t, List<Read> reads, BitSet inlined, Shape shape) {
    KernelTask task = (KernelTask) batch.tasks().get(kernel.kernel);
    PointwiseTask own = inlining.pointwise(t);
    Value result = task.outputs().get(0);
    if (!task.hasResult()
        || !result.shape().equals(shape)
        || !own.isDefinition()
        || own.output().content().donor() != null) {
      return false;
    }
    for (Read read : reads) {
      int w = inlining.writer(read.slot());
      boolean other = w == kernel.kernel && read.slot() != batch.slot(result.content());
      if (w >= 0 && clusterOf[w] == kernel.index && (other || !read.isElementwise(batch, w))) {
        return false;
      }
    }
    return fits(kernel, shape, reads, inlined, own.output().layout());
  }

  /** Whether a task with what it reads and is computed from has room in a cluster's launch. */
  private boolean fits(
      Cluster cluster, Shape shape, List<Read> reads, BitSet inlined, Layout output) {
    BitSet all = (BitSet) cluster.inlined.clone();
    all.or(inlined);
    Set<Read> operands = new LinkedHashSet<>(cluster.reads);
    operands.addAll(reads);
    int count = operands.size() + cluster.roots.size() + 1;
    return all.cardinality() <= MAX_STEPS
        && count <= MAX_OPERANDS
        && argumentBytes.of(cluster, shape, operands, all, output) <= limits.maxArgumentBytes();
  }

  private Cluster join(Cluster cluster, int t, List<Read> reads, BitSet inlined) {
    if (cluster.kernel >= 0) {
      cluster.shape = inlining.pointwise(t).output().shape();
    }
    cluster.roots.add(t);
    for (Read read : reads) {
      if (!cluster.reads.contains(read)) {
        cluster.reads.add(read);
        cluster.operands++;
      }
    }
    cluster.operands++;
    cluster.inlined.or(inlined);
    Task.Patch patch = inlining.pointwise(t).patch();
    if (patch != null) {
      cluster.bases.set(batch.slot(patch.base()));
    }
    return cluster;
  }

  /** Stores costly results that several launches compute; whether there were any. */
  private boolean storeWhatIsComputedTooOften() {
    boolean changed = false;
    int[] times = new int[batch.tasks().size()];
    for (Cluster cluster : clusters) {
      cluster.inlined.stream().forEach(t -> times[t]++);
    }
    for (int t = 0; t < times.length; t++) {
      if (times[t] > 1
          && inlining.isInlined(t)
          && inlining.cost(t) > Inlining.RECOMPUTE_COST
          && isLargestShared(t, times)) {
        inlining.store(t);
        changed = true;
      }
    }
    return changed;
  }

  /** Whether nobody who reads a result is itself computed several times: then that is stored. */
  private boolean isLargestShared(int t, int[] times) {
    int slot = batch.slot(batch.tasks().get(t).outputs().get(0).content());
    for (int u = t + 1; u < times.length; u++) {
      if (times[u] > 1 && inlining.isInlined(u)) {
        for (int read : batch.reads(u)) {
          if (read == slot) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /**
   * Makes one launch of several pointwise clusters over different index spaces, such as the updates
   * of all parameters, where none needs another.
   */
  private void joinSmall() {
    int[] position = new int[clusters.size()];
    List<List<Cluster>> order = new ArrayList<>();
    for (Cluster cluster : clusters) {
      int first = 0;
      for (Read read : cluster.reads) {
        int w = inlining.writer(read.slot());
        if (w >= 0 && clusterOf[w] != cluster.index) {
          first = Math.max(first, position[clusterOf[w]] + 1);
        }
      }
      for (int root : cluster.roots) {
        first = Math.max(first, afterReaders(root, cluster, order));
      }
      int at = -1;
      if (cluster.kernel < 0) {
        for (int p = order.size() - 1; p >= first && at < 0; p--) {
          at = fitsBeside(order.get(p), cluster) ? p : -1;
        }
      }
      if (at < 0) {
        at = order.size();
        order.add(new ArrayList<>());
      }
      order.get(at).add(cluster);
      position[cluster.index] = at;
    }
    launches = order;
  }

  private int afterReaders(int root, Cluster own, List<List<Cluster>> order) {
    int first = 0;
    Content content = batch.tasks().get(root).outputs().get(0).content();
    Task.Patch patch = batch.tasks().get(root).patch();
    if (patch != null) {
      int base = inlining.writer(batch.slot(patch.base()));
      for (int p = 0; base >= 0 && p < order.size(); p++) {
        if (order.get(p).contains(clusters.get(clusterOf[base]))) {
          first = p + 1;
        }
      }
    }
    for (int d = batch.donor(batch.slot(content)); d >= 0; d = batch.donor(d)) {
      int slot = d;
      for (int p = 0; p < order.size(); p++) {
        for (Cluster other : order.get(p)) {
          if (other != own && other.reads.stream().anyMatch(r -> r.slot() == slot)) {
            first = Math.max(first, p + 1);
          }
        }
      }
    }
    return first;
  }

  private boolean fitsBeside(List<Cluster> others, Cluster cluster) {
    int operands = cluster.operands;
    int steps = cluster.inlined.cardinality();
    int bytes = argumentBytes.of(cluster);
    for (Cluster other : others) {
      if (other.kernel >= 0 || other.shape.numel() == 0) {
        return false;
      }
      operands += other.operands;
      steps += other.inlined.cardinality();
      bytes += argumentBytes.of(other);
    }
    return cluster.shape.numel() > 0
        && others.size() < MAX_PARTS
        && operands <= MAX_OPERANDS
        && steps <= MAX_STEPS
        && bytes <= limits.maxArgumentBytes();
  }

  /** Finds what an expression reads from memory and which tasks it computes. */
  private record Expression(Clustering clustering, List<Read> reads, BitSet inlined) {
    void walk(int task, Layout view) {
      inlined.set(task);
      Layout whole = clustering.inlining.pointwise(task).output().layout();
      operands(task, Views.isSame(view, whole) ? null : view);
    }

    void operands(int task, @Nullable Layout view) {
      int[] slots = clustering.batch.reads(task);
      for (int k = 0; k < slots.length; k++) {
        Layout layout = clustering.inlining.pointwise(task).inputs().get(k).layout();
        Layout seen = view == null ? layout : Objects.requireNonNull(Views.through(view, layout));
        int w = clustering.inlining.writer(slots[k]);
        if (w >= 0 && clustering.inlining.isInlined(w)) {
          walk(w, seen);
        } else {
          Read read = new Read(slots[k], seen);
          if (!reads.contains(read)) {
            reads.add(read);
          }
        }
      }
    }
  }
}
