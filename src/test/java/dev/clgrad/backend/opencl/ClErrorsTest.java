package dev.clgrad.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.OutOfDeviceMemoryException;
import org.junit.jupiter.api.Test;

/** What users read in place of OpenCL's codes. */
class ClErrorsTest {
  @Test
  void lackOfMemoryIsAnExceptionOfItsOwn() {
    for (int status : new int[] {-4, -6, -61}) {
      assertInstanceOf(OutOfDeviceMemoryException.class, ClErrors.exception(status, "run tanh"));
    }
    assertFalse(ClErrors.exception(-5, "run tanh") instanceof OutOfDeviceMemoryException);
  }

  @Test
  void messagesAreSentencesWithTheNameForLookingUp() {
    assertEquals(
        "could not run tanh: the device ran out of resources, or a kernel failed on it (CL_OUT_OF_RESOURCES)",
        ClErrors.exception(-5, "run tanh").getMessage());
  }

  @Test
  void everyCodeOfTheStandardHasASentence() {
    for (int status = -70; status <= 0; status++) {
      String sentence = ClErrors.sentence(status);
      assertTrue(sentence.contains(" ("), sentence);
      assertTrue(sentence.matches("[a-z].*\\(.+\\)"), sentence);
    }
    assertEquals("the driver reports an error of its own (status -9999)", ClErrors.sentence(-9999));
  }
}
