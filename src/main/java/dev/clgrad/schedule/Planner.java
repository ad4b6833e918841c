package dev.clgrad.schedule;

import dev.clgrad.backend.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Turns a batch into launches: one of each group of clusters that {@link Clustering} finds. */
final class Planner {
  private final Batch batch;
  private final LaunchMaker maker;
  private final Inlining inlining;
  private final Clustering clustering;

  private Planner(Batch batch, boolean fused, LaunchMaker maker, Limits limits) {
    this.batch = batch;
    this.maker = maker;
    this.inlining = new Inlining(batch, fused);
    this.clustering = new Clustering(batch, fused, inlining, limits);
  }

  /**
   * The plan of a batch.
   *
   * @param fused whether tasks may share a launch; otherwise each has its own
   */
  static Plan plan(Batch batch, boolean fused, LaunchMaker maker, Limits limits) {
    return new Planner(batch, fused, maker, limits).finish();
  }

  private Plan finish() {
    List<PlannedLaunch> launches = new ArrayList<>();
    int[] last = new int[batch.tasks().size()];
    Arrays.fill(last, -1);
    for (List<Cluster> parts : clustering.launches()) {
      PlannedLaunch launch =
          parts.get(0).kernel >= 0 ? kernelLaunch(parts.get(0)) : pointwiseLaunch(parts);
      for (int t : launch.tasks()) {
        last[t] = launches.size();
      }
      launches.add(launch);
    }
    List<int[]> done = new ArrayList<>();
    for (int l = 0; l < launches.size(); l++) {
      done.add(descending(last, batch.imported(), l));
    }
    return new Plan(launches, done, descending(last, batch.imported(), -1));
  }

  /** The tasks whose last launch is the one given, readers before those they read from. */
  private static int[] descending(int[] last, int from, int value) {
    int[] found = new int[last.length];
    int count = 0;
    for (int t = last.length - 1; t >= from; t--) {
      if (last[t] == value) {
        found[count++] = t;
      }
    }
    return Arrays.copyOf(found, count);
  }

  private PlannedLaunch pointwiseLaunch(List<Cluster> parts) {
    List<Body> bodies = new ArrayList<>();
    BitSet tasks = new BitSet();
    List<Integer> writes = new ArrayList<>();
    for (Cluster part : parts) {
      BodyBuilder builder = new BodyBuilder(batch, inlining, part.shape);
      for (int root : part.roots) {
        builder.store(root);
        writes.add(batch.slot(inlining.pointwise(root).output().content()));
      }
      bodies.add(builder.build());
      for (int t : builder.tasks()) {
        tasks.set(t);
      }
    }
    BitSet bases = new BitSet();
    parts.forEach(p -> bases.or(p.bases));
    return launch(
        tasks,
        bodies,
        writes,
        bases,
        maker.pointwise(name(tasks), bodies, !mayOverwriteWhatIsRead(parts)));
  }

  private boolean mayOverwriteWhatIsRead(List<Cluster> parts) {
    return parts.stream()
        .flatMap(p -> p.roots.stream())
        .anyMatch(t -> inlining.pointwise(t).output().content().donor() != null);
  }

  private PlannedLaunch kernelLaunch(Cluster cluster) {
    int k = cluster.kernel;
    KernelTask task = (KernelTask) batch.tasks().get(k);
    BitSet tasks = new BitSet();
    tasks.set(k);
    List<Body> bodies = new ArrayList<>();
    LaunchMaker.Source source = null;
    int[] slots = batch.reads(k);
    if (task.source() >= 0) {
      int w = inlining.writer(slots[task.source()]);
      if (w >= 0 && inlining.isInlined(w)) {
        Value read = task.inputs().get(task.source());
        BodyBuilder builder = new BodyBuilder(batch, inlining, read.shape());
        int result = builder.value(w, read.layout());
        Body body = builder.build();
        source = new LaunchMaker.Source(body, result);
        bodies.add(body);
        for (int t : builder.tasks()) {
          tasks.set(t);
        }
      }
    }
    List<Integer> writes = new ArrayList<>();
    Body epilogue = null;
    if (!cluster.roots.isEmpty()) {
      Value result = task.outputs().get(0);
      BodyBuilder builder = new BodyBuilder(batch, inlining, result.shape());
      builder.given(batch.slot(result.content()), result.dtype());
      for (int root : cluster.roots) {
        builder.store(root);
        writes.add(batch.slot(inlining.pointwise(root).output().content()));
      }
      epilogue = builder.build();
      bodies.add(epilogue);
      for (int t : builder.tasks()) {
        tasks.set(t);
      }
    }
    boolean stored = epilogue == null || isReadElsewhere(cluster);
    task.outputs().stream().skip(stored ? 0 : 1).forEach(v -> writes.add(batch.slot(v.content())));
    List<Integer> reads = new ArrayList<>();
    for (int i = 0; i < slots.length; i++) {
      if (i != task.source() || source == null) {
        reads.add(slots[i]);
      }
    }
    for (Body body : bodies) {
      for (Body.Load load : body.loads()) {
        if (load.isIndex() || clustering.makes(cluster, load.slot())) {
          continue;
        }
        reads.add(load.slot());
      }
    }
    return new PlannedLaunch(
        name(tasks),
        tasks.stream().toArray(),
        reads.stream().mapToInt(i -> i).distinct().toArray(),
        writes.stream().mapToInt(i -> i).toArray(),
        kernelDonations(reads, writes),
        isEmpty(tasks, writes),
        maker.kernel(name(tasks), k, task, source, epilogue, stored));
  }

  /** A kernel may overwrite what a content was before only if it reads nothing of it. */
  private boolean[] kernelDonations(List<Integer> reads, List<Integer> writes) {
    boolean[] may = new boolean[writes.size()];
    for (int i = 0; i < may.length; i++) {
      may[i] = batch.donor(writes.get(i)) >= 0;
      for (int d = batch.donor(writes.get(i)); d >= 0; d = batch.donor(d)) {
        may[i] &= !reads.contains(d);
      }
    }
    return may;
  }

  /** Whether a kernel's result is needed beyond the tasks that follow on it in its launch. */
  private boolean isReadElsewhere(Cluster cluster) {
    KernelTask task = (KernelTask) batch.tasks().get(cluster.kernel);
    int slot = batch.slot(task.outputs().get(0).content());
    if (batch.isHeld(slot) || batch.isWanted(slot) || isKeptByRecipe(slot)) {
      return true;
    }
    for (Cluster other : clustering.clusters()) {
      if (other != cluster
          && (other.bases.get(slot) || other.reads.stream().anyMatch(r -> r.slot() == slot))) {
        return true;
      }
    }
    return !maker.canDrop(task, cluster.roots.stream().map(inlining::pointwise).toList());
  }

  /** Whether a result that stays virtual after this batch is computed from a content. */
  private boolean isKeptByRecipe(int slot) {
    boolean[] kept = new boolean[batch.contentCount()];
    for (int t = batch.tasks().size() - 1; t >= 0; t--) {
      int own = inlining.isLive(t) && inlining.isInlined(t) ? batch.writes(t)[0] : -1;
      if (own >= 0 && (batch.isHeld(own) || kept[own])) {
        for (int read : batch.reads(t)) {
          kept[read] = true;
        }
      }
    }
    return kept[slot];
  }

  private PlannedLaunch launch(
      BitSet tasks,
      List<Body> bodies,
      List<Integer> writes,
      BitSet bases,
      PlannedLaunch.Binder binder) {
    List<Integer> reads = new ArrayList<>();
    bases.stream().forEach(reads::add);
    for (Body body : bodies) {
      body.loads().stream().filter(load -> !load.isIndex()).forEach(l -> reads.add(l.slot()));
    }
    boolean[] may = new boolean[writes.size()];
    int at = 0;
    for (Body body : bodies) {
      for (Body.Store store : body.stores()) {
        may[at++] = mayTakeOver(store, body, bodies);
      }
    }
    return new PlannedLaunch(
        name(tasks),
        tasks.stream().toArray(),
        reads.stream().mapToInt(i -> i).distinct().toArray(),
        writes.stream().mapToInt(i -> i).toArray(),
        may,
        isEmpty(tasks, writes),
        binder);
  }

  /** Whether those of the tasks whose results are stored make no element. */
  private boolean isEmpty(BitSet tasks, List<Integer> writes) {
    return tasks.stream()
        .filter(t -> Arrays.stream(batch.writes(t)).anyMatch(writes::contains))
        .allMatch(
            t -> batch.tasks().get(t).outputs().stream().allMatch(v -> v.shape().numel() == 0));
  }

  /** Whether what is overwritten is read, if at all, by the same work-item only. */
  private boolean mayTakeOver(Body.Store store, Body own, List<Body> bodies) {
    for (int slot = batch.donor(store.slot()); slot >= 0; slot = batch.donor(slot)) {
      for (Body body : bodies) {
        for (Body.Load load : body.loads()) {
          boolean elementwise = body.equals(own) && load.layout().equals(store.layout());
          if (load.slot() == slot && !elementwise) {
            return false;
          }
        }
      }
    }
    return batch.donor(store.slot()) >= 0;
  }

  /** The names of a launch's ops, joined by +. */
  private String name(BitSet tasks) {
    StringBuilder name = new StringBuilder();
    tasks.stream()
        .forEach(t -> name.append(name.length() == 0 ? "" : "+").append(batch.tasks().get(t).op()));
    return name.toString();
  }
}
