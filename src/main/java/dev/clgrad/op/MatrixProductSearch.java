package dev.clgrad.op;

import dev.clgrad.backend.Backend;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.KernelVariantCheck;
import dev.clgrad.backend.TuningResult;
import dev.clgrad.backend.TuningResult.Trial;
import dev.clgrad.op.MatrixProductTimer.Problem;
import dev.clgrad.op.MatrixProductTimer.Times;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The search for the best variant of one problem: stage after stage on its first product, with the
 * best so far as the next stage's start; then the best few against the current one on all of its
 * products. A candidate is compared with the reference before it is timed, and with operands in
 * every order before it may win.
 */
final class MatrixProductSearch {
  /** What a variant must gain to replace the current one: less is noise. */
  static final double LEAST_GAIN = 1.03;

  /** The part of the time that the stages may take; the rest is for the final comparison. */
  private static final double SEARCH_SHARE = 0.7;

  private static final int FINALISTS = 3;

  /** The fewest rounds that a median is taken over, also where the time is up. */
  private static final int LEAST_ROUNDS = 3;

  private static final int MOST_SEARCH_ROUNDS = 9;
  private static final int MOST_FINAL_ROUNDS = 25;

  private final Backend backend;
  private final String problem;
  private final MatrixProductCandidates candidates;
  private final MatrixProductCheck check;
  private final MatrixProductTimer timer;
  private final List<Problem> timed;
  private final KernelVariant current;
  private final Map<KernelVariant, Trial> trials = new LinkedHashMap<>();

  /** Speeds as multiples of the current variant's in the same rounds. */
  private final Map<KernelVariant, Double> relative = new LinkedHashMap<>();

  private int untried;

  MatrixProductSearch(
      Backend backend,
      String problem,
      MatrixProductCandidates candidates,
      MatrixProductCheck check,
      MatrixProductTimer timer,
      List<Problem> timed) {
    this.backend = backend;
    this.problem = problem;
    this.candidates = candidates;
    this.check = check;
    this.timer = timer;
    this.timed = timed;
    this.current = backend.variants().get(problem);
  }

  /** Searches for about so long. */
  TuningResult run(long nanos) {
    long start = System.nanoTime();
    long searchEnd = start + (long) (nanos * SEARCH_SHARE);
    boolean usable = admit(current);
    for (int stage = 0; stage < candidates.stages(); stage++) {
      stage(stage, usable, searchEnd);
    }
    return decide(usable, start + nanos);
  }

  private void stage(int stage, boolean usable, long end) {
    List<KernelVariant> ready = new ArrayList<>();
    if (usable) {
      ready.add(current);
    }
    for (KernelVariant candidate : candidates.of(stage, best())) {
      if (trials.containsKey(candidate)) {
        continue;
      }
      if (System.nanoTime() - end >= 0) {
        untried++;
      } else if (admit(candidate)) {
        ready.add(candidate);
      }
    }
    boolean first = relative.isEmpty();
    if (ready.size() > (usable && !first ? 1 : 0)) {
      time(ready, usable, end);
    }
  }

  /** Whether a variant makes sense, runs, and computes what it should. */
  private boolean admit(KernelVariant v) {
    String dropped = KernelVariantCheck.obstacle(problem, v, backend.device(), backend.limits());
    if (dropped == null) {
      dropped = check.failure(v, false);
    }
    trials.put(v, new Trial(v, 0, dropped));
    return dropped == null;
  }

  private void time(List<KernelVariant> ready, boolean usable, long end) {
    Times times = times(timed.get(0), ready, LEAST_ROUNDS, MOST_SEARCH_ROUNDS, end);
    boolean paired = usable && !ready.isEmpty() && ready.get(0).equals(current);
    for (int i = 0; i < ready.size(); i++) {
      KernelVariant v = ready.get(i);
      double gflops = timed.get(0).flops() / times.median(i) / 1e9;
      trials.put(v, new Trial(v, gflops, null));
      relative.put(v, paired ? times.ratio(i, 0) : gflops);
    }
  }

  /** Times variants; one that fails is dropped, and taken out of the list. */
  private Times times(
      Problem on, List<KernelVariant> variants, int least, int most, long deadline) {
    while (true) {
      try {
        return timer.times(on, variants, least, most, deadline);
      } catch (RuntimeException e) {
        int before = variants.size();
        // Which of them it was shows when each is alone.
        variants.removeIf(v -> fails(on, v));
        if (variants.size() == before) {
          KernelVariant last = variants.remove(before - 1);
          drop(last, "it does not run beside others: " + MatrixProductCheck.reason(e));
        }
        if (variants.isEmpty()) {
          return new Times(List.of());
        }
      }
    }
  }

  private boolean fails(Problem on, KernelVariant v) {
    try {
      timer.times(on, List.of(v), 1, 1, System.nanoTime());
      return false;
    } catch (RuntimeException e) {
      drop(v, "it does not run: " + MatrixProductCheck.reason(e));
      return true;
    }
  }

  private void drop(KernelVariant v, String why) {
    Trial trial = trials.get(v);
    trials.put(v, new Trial(v, trial == null ? 0 : trial.gflops(), why));
    relative.remove(v);
  }

  /** The best so far; the current one where nothing has been timed. */
  private KernelVariant best() {
    return relative.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(current);
  }

  private TuningResult decide(boolean usable, long end) {
    List<KernelVariant> finalists = new ArrayList<>();
    if (usable && complete(current) == null) {
      finalists.add(current);
    }
    boolean compared = !finalists.isEmpty();
    List<KernelVariant> others = new ArrayList<>(relative.keySet());
    others.remove(current);
    others.sort(Comparator.comparingDouble(v -> -relative.getOrDefault(v, 0.0)));
    for (KernelVariant v : others) {
      boolean promising = !compared || relative.getOrDefault(v, 0.0) > 1;
      if (promising && finalists.size() < FINALISTS + 1 && complete(v) == null) {
        finalists.add(v);
      }
    }
    if (compared && finalists.size() == 1) {
      Trial alone = trials.get(current);
      return result(alone == null ? 0 : alone.gflops(), current, 0);
    }
    List<Times> times = new ArrayList<>();
    for (int p = 0; p < timed.size(); p++) {
      long now = System.nanoTime();
      long until = now + Math.max(0, end - now) / (timed.size() - p);
      int before = finalists.size();
      times.add(times(timed.get(p), finalists, LEAST_ROUNDS, MOST_FINAL_ROUNDS, until));
      if (finalists.size() < before) {
        // One was dropped: what the others took stands elsewhere now, so once more from the start.
        times.clear();
        p = -1;
      }
    }
    compared = !finalists.isEmpty() && finalists.get(0).equals(current);
    int best = compared ? 0 : -1;
    double gain = LEAST_GAIN;
    for (int i = compared ? 1 : 0; i < finalists.size(); i++) {
      // Round by round and by medians: where the two disagree, the machine was too busy to tell.
      double score =
          compared
              ? Math.min(gain(times, i), gflops(times, i) / gflops(times, 0))
              : gflops(times, i);
      if (compared ? score > gain && isMoreThanNoise(times, i) : best < 0 || score > gain) {
        best = i;
        gain = score;
      }
    }
    double currentGflops = compared ? gflops(times, 0) : 0;
    return best < 0 || (compared && best == 0)
        ? result(currentGflops, current, 0)
        : result(currentGflops, finalists.get(best), gflops(times, best));
  }

  private TuningResult result(double currentGflops, KernelVariant winner, double winnerGflops) {
    return new TuningResult(
        problem,
        current,
        currentGflops,
        winner,
        winner.equals(current) ? currentGflops : winnerGflops,
        new ArrayList<>(trials.values()),
        untried);
  }

  /** The geometric mean of the speeds: a gain on one product does not hide a loss on another. */
  private double gflops(List<Times> times, int variant) {
    double product = 1;
    for (int p = 0; p < timed.size(); p++) {
      product *= timed.get(p).flops() / times.get(p).median(variant) / 1e9;
    }
    return Math.pow(product, 1.0 / timed.size());
  }

  /** How many times faster than the current variant, the geometric mean likewise. */
  private static double gain(List<Times> times, int variant) {
    double product = 1;
    for (Times each : times) {
      product *= each.ratio(variant, 0);
    }
    return Math.pow(product, 1.0 / times.size());
  }

  /**
   * Whether a variant was faster than the current one in so many of all rounds as chance alone
   * gives one in a thousand times: three standard deviations more than half of them.
   */
  private static boolean isMoreThanNoise(List<Times> times, int variant) {
    int rounds = 0;
    long faster = 0;
    for (Times each : times) {
      rounds += each.seconds().size();
      faster += each.faster(variant, 0);
    }
    return (double) faster >= rounds / 2.0 + 1.5 * Math.sqrt(rounds);
  }

  /** Compares a variant in every order; why it was dropped, or null. */
  private @Nullable String complete(KernelVariant v) {
    String failure = check.failure(v, true);
    if (failure != null) {
      drop(v, failure);
    }
    return failure;
  }
}
