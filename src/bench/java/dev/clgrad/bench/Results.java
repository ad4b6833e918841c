package dev.clgrad.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was measured so far. */
final class Results {
  /**
   * One system's number for one row.
   *
   * @param median milliseconds, or the count where the row is one
   * @param lowest the quickest round
   * @param launches kernels a run launched; negative where none are counted
   * @param base what the ratio of a row without libtorch is to; NaN where there is nothing
   */
  record Entry(
      Row row, Subject subject, double median, double lowest, double launches, double base) {}

  private final List<Entry> entries = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<Subject, String> versions = new EnumMap<>(Subject.class);

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  void add(Row row, Subject subject, List<Double> milliseconds, double launches) {
    double[] values = milliseconds.stream().mapToDouble(Double::doubleValue).toArray();
    double lowest = Arrays.stream(values).min().orElse(Double.NaN);
    entries.add(new Entry(row, subject, median(values), lowest, launches, Double.NaN));
  }

  void addCount(Row row, Subject subject, double count, double base) {
    entries.add(new Entry(row, subject, count, count, count, base));
  }

  void note(String note) {
    notes.add(note);
  }

  void version(Subject subject, String version) {
    versions.put(subject, version);
  }

  List<Entry> entries() {
    return entries;
  }

  List<String> notes() {
    return notes;
  }

  Map<Subject, String> versions() {
    return versions;
  }

  @Nullable Entry find(Row row, Subject subject) {
    return entries.stream()
        .filter(e -> e.row() == row && e.subject() == subject)
        .findFirst()
        .orElse(null);
  }

  /** The time of libtorch in its best setting, on a GPU too; NaN if none was measured. */
  double torch(Row row) {
    return entries.stream()
        .filter(e -> e.row() == row && e.subject().isTorch())
        .mapToDouble(Entry::median)
        .min()
        .orElse(Double.NaN);
  }

  /** The time over torch's, or the count over that with fusion off; NaN if there is no such. */
  double ratio(Entry entry) {
    return entry.median() / (entry.row().isCount() ? entry.base() : torch(entry.row()));
  }

  /** Sentences that follow from several rows. */
  List<String> conclusions() {
    List<String> conclusions = new ArrayList<>();
    double torchStep = torch(Row.MLP_STEP);
    for (Subject subject : Subject.values()) {
      Entry step = find(Row.MLP_STEP, subject);
      Entry products = find(Row.MLP_PRODUCTS, subject);
      if (!subject.isLimit() && step != null && products != null) {
        double rest = step.median() - products.median();
        conclusions.add(
            String.format(
                Locale.ROOT,
                "%s: mlp-step less mlp-products is %.3f ms, %.0f %% of the best libtorch's step",
                subject,
                rest,
                100 * rest / torchStep));
      }
    }
    entries.forEach(entry -> conclusions.addAll(besideBlas(entry)));
    for (Entry entry : entries) {
      Entry copy = copy(entry);
      if (copy != null) {
        conclusions.add(
            String.format(
                Locale.ROOT,
                "%s: %s takes %.2f times as long as to copy as many bytes: %.0f GB/s, %s %.0f GB/s",
                entry.subject(),
                entry.row(),
                entry.median() / copy.median(),
                gigabytesPerSecond(entry),
                copy.subject(),
                gigabytesPerSecond(copy)));
      }
    }
    return conclusions;
  }

  /** A product of clgrad's beside those of the BLAS that were measured. */
  private List<String> besideBlas(Entry entry) {
    List<String> sentences = new ArrayList<>();
    if (!entry.row().isGemm() || !entry.subject().isClgrad()) {
      return sentences;
    }
    Entry openBlas = find(entry.row(), Subject.OPENBLAS);
    if (openBlas != null) {
      sentences.add(
          String.format(
              Locale.ROOT,
              "%s: %s takes %.2f times as long as %s: %.1f GFLOP/s, %s %.1f GFLOP/s",
              entry.subject(),
              entry.row(),
              entry.median() / openBlas.median(),
              openBlas.subject(),
              gigaflopsPerSecond(entry),
              openBlas.subject(),
              gigaflopsPerSecond(openBlas)));
    }
    Entry clBlast = find(entry.row(), Subject.CLBLAST);
    if (clBlast != null) {
      sentences.add(
          String.format(
              Locale.ROOT,
              "%s: %s is %.2f times as quick as %s: %.1f GFLOP/s, %s %.1f GFLOP/s",
              entry.subject(),
              entry.row(),
              clBlast.median() / entry.median(),
              clBlast.subject(),
              gigaflopsPerSecond(entry),
              clBlast.subject(),
              gigaflopsPerSecond(clBlast)));
    }
    return sentences;
  }

  /** The operations of a row's products over its time; NaN where it has none. */
  static double gigaflopsPerSecond(Entry entry) {
    long flops = entry.row().flops();
    return flops == 0 ? Double.NaN : flops / entry.median() / 1e6;
  }

  /** The limit that a system's row is held against: the GPU's for what runs there. */
  private @Nullable Entry copy(Entry entry) {
    if (entry.row().bytes() == 0) {
      return null;
    }
    Entry ofGpu = find(entry.row(), Subject.LIMIT_GPU);
    Entry ofCpu = find(entry.row(), Subject.LIMIT);
    return switch (entry.subject()) {
      case CLGRAD_CPU -> ofCpu;
      case CLGRAD_OPENCL, CLGRAD_OPENCL_HIGH -> ofGpu != null ? ofGpu : ofCpu;
      case TORCH_GPU -> ofGpu;
      default -> null;
    };
  }

  /** What a row must read and write at least, over its time. */
  private static double gigabytesPerSecond(Entry entry) {
    return entry.row().bytes() / entry.median() / 1e6;
  }
}
