package dev.clgrad.backend.opencl;

import dev.clgrad.DeviceException;
import dev.clgrad.OutOfDeviceMemoryException;
import java.util.Map;

/** What the status codes of OpenCL mean, in words: no bare code reaches a user. */
final class ClErrors {
  static final int DEVICE_NOT_FOUND = -1;
  static final int MEM_OBJECT_ALLOCATION_FAILURE = -4;
  static final int OUT_OF_RESOURCES = -5;
  static final int OUT_OF_HOST_MEMORY = -6;
  static final int BUILD_PROGRAM_FAILURE = -11;
  static final int INVALID_BUFFER_SIZE = -61;

  private record Meaning(String name, String sentence) {}

  private static final Map<Integer, Meaning> MEANINGS =
      Map.ofEntries(
          entry(0, "CL_SUCCESS", "it succeeded"),
          entry(-1, "CL_DEVICE_NOT_FOUND", "the platform has no such device"),
          entry(-2, "CL_DEVICE_NOT_AVAILABLE", "the device is not available at present"),
          entry(-3, "CL_COMPILER_NOT_AVAILABLE", "the driver has no compiler"),
          entry(
              -4, "CL_MEM_OBJECT_ALLOCATION_FAILURE", "the device has no memory left for a buffer"),
          entry(
              -5,
              "CL_OUT_OF_RESOURCES",
              "the device ran out of resources, or a kernel failed on it"),
          entry(-6, "CL_OUT_OF_HOST_MEMORY", "the driver has no host memory left"),
          entry(-9, "CL_IMAGE_FORMAT_MISMATCH", "image formats differ"),
          entry(-11, "CL_BUILD_PROGRAM_FAILURE", "the program does not compile"),
          entry(-12, "CL_MAP_FAILURE", "the buffer could not be mapped"),
          entry(-13, "CL_MISALIGNED_SUB_BUFFER_OFFSET", "a sub-buffer is not aligned"),
          entry(
              -14,
              "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
              "something it waited for failed"),
          entry(-15, "CL_COMPILE_PROGRAM_FAILURE", "the program does not compile"),
          entry(-17, "CL_LINK_PROGRAM_FAILURE", "the program does not link"),
          entry(-30, "CL_INVALID_VALUE", "the driver refused a value"),
          entry(-33, "CL_INVALID_DEVICE", "the driver does not know the device"),
          entry(-34, "CL_INVALID_CONTEXT", "the driver does not know the context"),
          entry(-36, "CL_INVALID_COMMAND_QUEUE", "the driver does not know the queue"),
          entry(-38, "CL_INVALID_MEM_OBJECT", "the driver does not know the buffer"),
          entry(-43, "CL_INVALID_BUILD_OPTIONS", "the driver refused the build options"),
          entry(-45, "CL_INVALID_PROGRAM_EXECUTABLE", "the program was not built for the device"),
          entry(-46, "CL_INVALID_KERNEL_NAME", "the program has no kernel of that name"),
          entry(-47, "CL_INVALID_KERNEL_DEFINITION", "the kernel is not the same on all devices"),
          entry(-48, "CL_INVALID_KERNEL", "the driver does not know the kernel"),
          entry(-49, "CL_INVALID_ARG_INDEX", "the kernel has fewer parameters"),
          entry(-50, "CL_INVALID_ARG_VALUE", "an argument does not suit its parameter"),
          entry(-51, "CL_INVALID_ARG_SIZE", "an argument's size is not its parameter's"),
          entry(-52, "CL_INVALID_KERNEL_ARGS", "not every parameter of the kernel has an argument"),
          entry(
              -54, "CL_INVALID_WORK_GROUP_SIZE", "the device cannot run work-groups of that size"),
          entry(-55, "CL_INVALID_WORK_ITEM_SIZE", "a dimension of the work-group is too large"),
          entry(-56, "CL_INVALID_GLOBAL_OFFSET", "the global offset is out of range"),
          entry(-58, "CL_INVALID_EVENT", "the driver does not know the event"),
          entry(-59, "CL_INVALID_OPERATION", "the driver does not offer the operation"),
          entry(-61, "CL_INVALID_BUFFER_SIZE", "the device has no buffers of that size"),
          entry(-63, "CL_INVALID_GLOBAL_WORK_SIZE", "the number of work-items is out of range"),
          entry(-1001, "CL_PLATFORM_NOT_FOUND_KHR", "the loader finds no platform"));

  private ClErrors() {}

  private static Map.Entry<Integer, Meaning> entry(int status, String name, String sentence) {
    return Map.entry(status, new Meaning(name, sentence));
  }

  /** The code's name in OpenCL's headers, for looking it up. */
  static String name(int status) {
    Meaning meaning = MEANINGS.get(status);
    return meaning == null ? "status " + status : meaning.name();
  }

  /** What happened, as half a sentence. */
  static String sentence(int status) {
    Meaning meaning = MEANINGS.get(status);
    return (meaning == null ? "the driver reports an error of its own" : meaning.sentence())
        + " ("
        + name(status)
        + ")";
  }

  /**
   * The exception for a failed call.
   *
   * @param doing what could not be done, such as {@code "copy 64 bytes from opencl:0"}
   */
  static DeviceException exception(int status, String doing) {
    String text = "could not " + doing + ": " + sentence(status);
    return isOutOfMemory(status)
        ? new OutOfDeviceMemoryException(text + "; free tensors, or use smaller ones")
        : new DeviceException(text);
  }

  /** Whether freeing memory could mend it. */
  static boolean isOutOfMemory(int status) {
    return status == MEM_OBJECT_ALLOCATION_FAILURE
        || status == OUT_OF_HOST_MEMORY
        || status == INVALID_BUFFER_SIZE;
  }
}
