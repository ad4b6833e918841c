package dev.clgrad.op;

import dev.clgrad.backend.Backend;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.KernelVariantCheck;
import dev.clgrad.backend.TuningResult;
import dev.clgrad.backend.TuningResult.Trial;
import dev.clgrad.op.MatrixProductTimer.Problem;
import java.util.ArrayList;
import java.util.Arrays;
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
    String dropped =
        KernelVariantCheck.obstacle(problem, v, backend.device(), backend.limits());
    if (dropped == null) {
      dropped = check.failure(v, false);
    }
    trials.put(v, new Trial(v, 0, dropped));
    return dropped == null;
  }

  private void time(List<KernelVariant> ready, boolean usable, long end) {
    double[] gflops = gflops(timed.get(0), ready, LEAST_ROUNDS, MOST_SEARCH_ROUNDS, end);
    double base = usable ? gflops[0] : 1;
    for (int i = 0; i < gflops.length; i++) {
      KernelVariant v = ready.get(i);
      if (gflops[i] > 0) {
        trials.put(v, new Trial(v, gflops[i], null));
        relative.put(v, gflops[i] / base);
      }
    }
  }

  /** The speeds of variants; 0 for one that fails, which is dropped. */
  private double[] gflops(
      Problem on, List<KernelVariant> variants, int least, int most, long deadline) {
    try {
      return timer.gflops(on, variants, least, most, deadline);
    } catch (RuntimeException e) {
      if (variants.size() == 1) {
        drop(variants.get(0), "it does not run: " + MatrixProductCheck.reason(e));
        return new double[1];
      }
      // Which of them it was shows when each is alone.
      double[] all = new double[variants.size()];
      for (int i = 0; i < all.length; i++) {
        all[i] = gflops(on, variants.subList(i, i + 1), least, most, deadline)[0];
      }
      return all;
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
    double[] score = new double[finalists.size()];
    if (finalists.size() > (compared ? 1 : 0)) {
      // The geometric mean: a gain on one product must not hide a loss on another.
      Arrays.fill(score, 1);
      for (int p = 0; p < timed.size(); p++) {
        long left = Math.max(0, end - System.nanoTime());
        long until = System.nanoTime() + left / (timed.size() - p);
        double[] speed =
            gflops(timed.get(p), finalists, LEAST_ROUNDS, MOST_FINAL_ROUNDS, until);
        for (int i = 0; i < score.length; i++) {
          score[i] *= Math.pow(speed[i], 1.0 / timed.size());
        }
      }
    } else if (compared) {
      Trial alone = trials.get(current);
      score[0] = alone == null ? 0 : alone.gflops();
    }
    double currentScore = compared ? score[0] : 0;
    KernelVariant winner = current;
    double winnerScore = currentScore;
    for (int i = 0; i < score.length; i++) {
      double needed = winner.equals(current) ? currentScore * LEAST_GAIN : winnerScore;
      if (!finalists.get(i).equals(current) && score[i] > needed) {
        winner = finalists.get(i);
        winnerScore = score[i];
      }
    }
    return new TuningResult(
        problem,
        current,
        currentScore,
        winner,
        winnerScore,
        new ArrayList<>(trials.values()),
        untried);
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
