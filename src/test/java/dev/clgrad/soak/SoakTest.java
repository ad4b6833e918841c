package dev.clgrad.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.Device;
import dev.clgrad.cli.Child;
import org.junit.jupiter.api.Test;

/**
 * The soak in short, in processes of their own: a small heap, and a JVM that ignores System.gc().
 */
class SoakTest {
  private static Child.Result run(Class<?> main, String option, String... arguments)
      throws Exception {
    return Child.of(
            main,
            "-Xmx256m",
            option,
            "-Dclgrad.memory.limit=16m",
            "-Dclgrad.device=" + Device.getDefault().name())
        .run(arguments);
  }

  @Test
  void anErrorNamesTheFlagThatSwitchesCollectionsOff() throws Exception {
    Child.Result result = run(OutOfMemory.class, "-XX:+DisableExplicitGC");
    assertEquals(0, result.status(), result.toString());
    assertTrue(result.out().contains("ok: copy from host: no room"), result.out());
    String log = result.out() + result.err();
    assertEquals(
        2,
        log.split("System.gc\\(\\) has no effect", -1).length - 1,
        "in the log and the error: " + log);
  }

  @Test
  void withoutTheFlagTheSameProgramFindsItsGarbage() throws Exception {
    Child.Result result = run(OutOfMemory.class, "-XX:-DisableExplicitGC");
    assertTrue(result.out().contains("MiB of garbage fitted into the limit"), result.toString());
  }

  @Test
  void holdsItsBoundsInASmallHeap() throws Exception {
    for (TrainingLoop.Mode mode : TrainingLoop.Mode.values()) {
      Child.Result result = run(Soak.class, "-XX:+UseSerialGC", mode.name(), "300");
      assertTrue(result.out().contains("| ok"), result.toString());
      assertEquals(0, result.status(), result.toString());
    }
  }

  @Test
  void aLimitThatIsNoNumberIsRefused() throws Exception {
    Child.Result result =
        Child.of(
                Soak.class,
                "-Dclgrad.memory.limit=lots",
                "-Dclgrad.device=" + Device.getDefault().name())
            .run("plain", "1");
    assertEquals(1, result.status(), result.toString());
    assertTrue(result.err().contains("clgrad.memory.limit is \"lots\""), result.err());
  }
}
