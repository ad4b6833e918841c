package dev.clgrad.backend.cpu;

import dev.clgrad.backend.Lanes;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the implementation of {@link Lanes} for this process: SIMD where the Vector API's module
 * is there and the machine has vectors, plain Java otherwise. The two give the same bits; they
 * differ in speed.
 *
 * <p>The property {@code clgrad.simd} is {@code auto} (the default: each primitive is plain until
 * its SIMD form has been compiled and is the faster one), {@code on} (SIMD from the first call,
 * which is slow at first) or {@code off} (plain).
 */
public final class LanesProvider {
  private static final Logger LOG = LoggerFactory.getLogger(LanesProvider.class);
  private static final String MODULE = "jdk.incubator.vector";
  private static final String SIMD = "dev.clgrad.backend.cpu.simd.VectorLanes";
  private static final String WARMING = "dev.clgrad.backend.cpu.simd.WarmingLanes";

  private LanesProvider() {}

  /** The primitives of this process, chosen and logged at the first call. */
  public static Lanes get() {
    return Holder.LANES;
  }

  private static Lanes configured() {
    String property = System.getProperty("clgrad.simd", "auto");
    if (!List.of("auto", "on", "off").contains(property)) {
      LOG.warn("clgrad.simd={} is none of auto, on, off; auto is used", property);
    }
    return choose(property);
  }

  /** Makes the choice for a value of the property. */
  static Lanes choose(String property) {
    if (property.equals("off")) {
      LOG.info("CPU primitives: plain Java, as -Dclgrad.simd=off asks");
      return new PlainLanes();
    }
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      LOG.warn(
          "CPU primitives: plain Java, several times slower, because the module {} is not there; start java with --add-modules {}",
          MODULE,
          MODULE);
      return new PlainLanes();
    }
    try {
      // By name only: nothing else may link to the package that needs the module.
      String name = property.equals("on") ? SIMD : WARMING;
      Class<? extends Lanes> simd = Class.forName(name).asSubclass(Lanes.class);
      Lanes lanes = simd.getDeclaredConstructor().newInstance();
      LOG.info("CPU primitives: {}", lanes.name());
      return lanes;
    } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
      LOG.warn(
          "CPU primitives: plain Java, several times slower, because {} does not start on Java {}; use another Java version",
          SIMD,
          Runtime.version(),
          e);
      return new PlainLanes();
    }
  }

  private static final class Holder {
    static final Lanes LANES = configured();
  }
}
