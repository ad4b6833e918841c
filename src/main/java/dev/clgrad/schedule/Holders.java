package dev.clgrad.schedule;

import dev.clgrad.DType;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who holds a device's memory, in words: the end of an out-of-memory error. */
final class Holders {
  private static final int SHOWN = 8;

  private Holders() {}

  /** What is told apart: a leak is many buffers of one kind. */
  private record Kind(String op, DType dtype, long length, @Nullable Site site) {}

  private static final class Sum {
    long count;
    long bytes;
    long oldest = Long.MAX_VALUE;
  }

  /**
   * The kinds of buffers that hold the most bytes, a line each; with the lines of the program that
   * made them where those were recorded, else how to have that.
   */
  static String largest(Claims claims) {
    Map<Kind, Sum> sums = new HashMap<>();
    claims.forEach(
        claim -> {
          Kind kind = new Kind(claim.op(), claim.buffer().dtype(), claim.length(), claim.site());
          Sum sum = sums.computeIfAbsent(kind, k -> new Sum());
          sum.count++;
          sum.bytes += claim.buffer().bytes();
          sum.oldest = Math.min(sum.oldest, claim.number());
        });
    List<Map.Entry<Kind, Sum>> largest =
        sums.entrySet().stream()
            .sorted(
                Comparator.comparingLong((Map.Entry<Kind, Sum> e) -> -e.getValue().bytes)
                    .thenComparingLong(e -> e.getValue().oldest))
            .toList();
    if (largest.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("\nlargest holders:");
    for (Map.Entry<Kind, Sum> entry : largest.subList(0, Math.min(SHOWN, largest.size()))) {
      text.append("\n  ").append(line(entry.getKey(), entry.getValue(), claims.made()));
    }
    if (largest.size() > SHOWN) {
      text.append("\n  and ").append(largest.size() - SHOWN).append(" other kinds");
    }
    if (largest.stream().allMatch(entry -> entry.getKey().site == null)) {
      text.append(
          "\nThe Java lines that made them are recorded with -Dclgrad.memory.sites=on or"
              + " Device.recordAllocationSites(true).");
    }
    return text.toString();
  }

  private static String line(Kind kind, Sum sum, long made) {
    return String.format(
        Locale.ROOT,
        "%s: %d x %s[%d] made by %s, %s %d buffers ago%s",
        bytes(sum.bytes),
        sum.count,
        kind.dtype,
        kind.length,
        kind.op,
        sum.count == 1 ? "made" : "the oldest",
        made - sum.oldest,
        kind.site == null ? "" : ", at " + kind.site);
  }

  /** A number of bytes for people and for comparing: {@code 4.0 MiB (4194304 bytes)}. */
  static String bytes(long bytes) {
    if (bytes < 1 << 10) {
      return bytes + " bytes";
    }
    int unit = 1;
    while (unit < 4 && bytes >> (10 * (unit + 1)) > 0) {
      unit++;
    }
    return String.format(
        Locale.ROOT,
        "%.1f %ciB (%d bytes)",
        (double) bytes / (1L << (10 * unit)),
        " KMGT".charAt(unit),
        bytes);
  }
}
