package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.schedule.Counters;
import org.junit.jupiter.api.Test;

/** Which device a program gets, and what it is told about it. */
class DeviceTest {
  @Test
  void isTheOneThisRunOfTheTestsIsFor() {
    String expected = System.getProperty("clgrad.expectDevice");
    String name = Device.getDefault().name();
    if (expected == null) {
      assertTrue(name.equals("cpu") || name.startsWith("opencl:"), name);
    } else {
      assertEquals(expected, name.startsWith("opencl:") ? "opencl" : name);
    }
    assertSame(Device.getDefault(), Tensor.ones(1).device());
  }

  @Test
  void saysWhyItWasChosenAndWhyOthersWereNot() {
    String selection = Device.of("auto").selection();
    assertTrue(selection.startsWith("device " + Device.of("auto").name() + " ("), selection);
    // Either the CPU came second, or OpenCL has a reason and a cure.
    String other = Device.of("auto").name().equals("cpu") ? "opencl: " : "cpu: ";
    assertTrue(selection.contains("passed over " + other), selection);
    if (other.equals("opencl: ")) {
      assertTrue(selection.contains("install"), selection);
    }
  }

  @Test
  void isOneObjectHoweverItIsAskedFor() {
    Device device = Device.getDefault();
    assertSame(device, Device.of(device.name()));
    assertSame(Device.of("cpu"), Device.of("cpu"));
  }

  @Test
  void listsTheDevicesThereAreForAnUnknownName() {
    DeviceException e = assertThrows(DeviceException.class, () -> Device.of("tpu"));
    assertTrue(e.getMessage().contains("no device \"tpu\"; there are "), e.getMessage());
    assertTrue(e.getMessage().contains("cpu ("), e.getMessage());
    assertTrue(e.getMessage().contains("opencl:<index>"), e.getMessage());
  }

  @Test
  void isFoundByPartOfItsName() {
    assertNotNull(Device.of("name=CPU"));
    assertThrows(DeviceException.class, () -> Device.of("name=no such chip"));
  }

  @Test
  void refusesToMixDevices() {
    Tensor here = Tensor.ones(2).to(Device.of("cpu"));
    Tensor there = Tensor.ones(2);
    if (there.device() == here.device()) {
      assertEquals("tensor([2., 2.])", here.add(there).toString());
    } else {
      DeviceException e = assertThrows(DeviceException.class, () -> here.add(there));
      assertTrue(e.getMessage().startsWith("add: tensors are on "), e.getMessage());
      assertTrue(e.getMessage().contains("to(device)"), e.getMessage());
      assertEquals("tensor([2., 2.])", here.add(there.to(here.device())).toString());
    }
  }

  @Test
  void countsWhatItBuildsAndWhatIsCopied() {
    Device device = Device.getDefault();
    Counters before = device.counters();
    Tensor x = Tensor.of(1f, 2f, 3f);
    assertArrayEquals(new float[] {1, 2, 3}, x.toFloatArray());
    Counters after = device.counters();
    assertEquals(12, after.bytesToDevice() - before.bytesToDevice());
    assertEquals(12, after.bytesToHost() - before.bytesToHost());
    assertEquals(before.builds() + before.diskHits(), after.builds() + after.diskHits());
    x.sum().item();
    Counters computed = device.counters();
    assertEquals(16, computed.bytesToHost() - before.bytesToHost());
    long programs = computed.builds() + computed.diskHits();
    assertTrue(device.name().equals("cpu") ? programs == 0 : programs > 0, computed::toString);
  }

  @Test
  void refusesWhatNoBufferCanHold() {
    OutOfDeviceMemoryException e =
        assertThrows(OutOfDeviceMemoryException.class, () -> Tensor.zeros(1L << 42));
    assertTrue(e.getMessage().contains("[4398046511104]"), e.getMessage());
    assertTrue(e.getMessage().contains("largest allocation of"), e.getMessage());
    assertEquals("tensor(0.)", Tensor.scalar(0f).toString());
  }
}
