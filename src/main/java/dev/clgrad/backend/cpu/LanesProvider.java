package dev.clgrad.backend.cpu;

import dev.clgrad.backend.Lanes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the implementation of {@link Lanes} for this process: SIMD where the Vector API's module
 * is there and the machine has vectors, plain Java otherwise. The two give the same bits; they
 * differ in speed.
 *
 * <p>The property {@code clgrad.simd=off} asks for plain Java.
 */
public final class LanesProvider {
  private static final Logger LOG = LoggerFactory.getLogger(LanesProvider.class);
  private static final String MODULE = "jdk.incubator.vector";
  private static final String SIMD = "dev.clgrad.backend.cpu.simd.VectorLanes";

  private LanesProvider() {}

  /** The primitives of this process, chosen and logged at the first call. */
  public static Lanes get() {
    return Holder.LANES;
  }

  /** Makes the choice anew. */
  static Lanes choose() {
    String property = System.getProperty("clgrad.simd", "auto");
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
      Class<? extends Lanes> simd = Class.forName(SIMD).asSubclass(Lanes.class);
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
    static final Lanes LANES = choose();
  }
}
