package dev.clgrad.backend.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * Whether this processor has a fused multiply-add instruction. Without one {@link Math#fma(float,
 * float, float)} computes with big decimals, thousands of times slower, so matrix products then
 * multiply and add.
 */
public final class FusedMultiplyAdd {
  /** Whether matrix products use fused multiply-adds. The JIT compiler takes it for a constant. */
  public static final boolean FAST = detect();

  private FusedMultiplyAdd() {}

  private static boolean detect() {
    try {
      HotSpotDiagnosticMXBean vm =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return vm != null && Boolean.parseBoolean(vm.getVMOption("UseFMA").getValue());
    } catch (LinkageError | RuntimeException e) {
      // A run-time image without the module jdk.management, or a virtual machine without the flag.
      return false;
    }
  }
}
