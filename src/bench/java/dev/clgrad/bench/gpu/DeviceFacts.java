package dev.clgrad.bench.gpu;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jocl.CL;
import org.jocl.Pointer;

/** What the driver says of its device. */
final class DeviceFacts {
  private static final Map<String, Integer> TEXTS = new LinkedHashMap<>();
  private static final Map<String, Integer> NUMBERS = new LinkedHashMap<>();

  static {
    TEXTS.put("device name", CL.CL_DEVICE_NAME);
    TEXTS.put("device vendor", CL.CL_DEVICE_VENDOR);
    TEXTS.put("device version", CL.CL_DEVICE_VERSION);
    TEXTS.put("driver version", CL.CL_DRIVER_VERSION);
    TEXTS.put("device OpenCL C", CL.CL_DEVICE_OPENCL_C_VERSION);
    TEXTS.put("device extensions", CL.CL_DEVICE_EXTENSIONS);
    NUMBERS.put("compute units", CL.CL_DEVICE_MAX_COMPUTE_UNITS);
    NUMBERS.put("clock MHz", CL.CL_DEVICE_MAX_CLOCK_FREQUENCY);
    NUMBERS.put("max work-group size", CL.CL_DEVICE_MAX_WORK_GROUP_SIZE);
    NUMBERS.put("local memory bytes", CL.CL_DEVICE_LOCAL_MEM_SIZE);
    NUMBERS.put("local memory type (1: its own)", CL.CL_DEVICE_LOCAL_MEM_TYPE);
    NUMBERS.put("global memory bytes", CL.CL_DEVICE_GLOBAL_MEM_SIZE);
    NUMBERS.put("max allocation bytes", CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE);
    NUMBERS.put("global cache bytes", CL.CL_DEVICE_GLOBAL_MEM_CACHE_SIZE);
    NUMBERS.put("global cache line", CL.CL_DEVICE_GLOBAL_MEM_CACHELINE_SIZE);
    NUMBERS.put("constant buffer bytes", CL.CL_DEVICE_MAX_CONSTANT_BUFFER_SIZE);
    NUMBERS.put("constant arguments", CL.CL_DEVICE_MAX_CONSTANT_ARGS);
    NUMBERS.put("parameter bytes", CL.CL_DEVICE_MAX_PARAMETER_SIZE);
    NUMBERS.put("address bits", CL.CL_DEVICE_ADDRESS_BITS);
    NUMBERS.put("base address align bits", CL.CL_DEVICE_MEM_BASE_ADDR_ALIGN);
    NUMBERS.put("preferred vector width float", CL.CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT);
    NUMBERS.put("preferred vector width half", CL.CL_DEVICE_PREFERRED_VECTOR_WIDTH_HALF);
    NUMBERS.put("preferred vector width double", CL.CL_DEVICE_PREFERRED_VECTOR_WIDTH_DOUBLE);
    NUMBERS.put("native vector width float", CL.CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT);
    NUMBERS.put("single FP config", CL.CL_DEVICE_SINGLE_FP_CONFIG);
    NUMBERS.put("double FP config", CL.CL_DEVICE_DOUBLE_FP_CONFIG);
    NUMBERS.put("half FP config", 0x1033);
    NUMBERS.put("host unified memory", CL.CL_DEVICE_HOST_UNIFIED_MEMORY);
    NUMBERS.put("image support", CL.CL_DEVICE_IMAGE_SUPPORT);
    NUMBERS.put("timer resolution ns", CL.CL_DEVICE_PROFILING_TIMER_RESOLUTION);
    NUMBERS.put("queue properties", CL.CL_DEVICE_QUEUE_PROPERTIES);
    NUMBERS.put("SVM capabilities", 0x1053);
    NUMBERS.put("max sub-groups", 0x105C);
    NUMBERS.put("atomic memory capabilities (3.0)", 0x1063);
    NUMBERS.put("generic address space (3.0)", 0x1069);
    NUMBERS.put("preferred work-group multiple (3.0)", 0x1067);
    NUMBERS.put("printf buffer bytes", CL.CL_DEVICE_PRINTF_BUFFER_SIZE);
    NUMBERS.put("partition max sub-devices", CL.CL_DEVICE_PARTITION_MAX_SUB_DEVICES);
    NUMBERS.put("NVIDIA compute capability major", 0x4000);
    NUMBERS.put("NVIDIA compute capability minor", 0x4001);
    NUMBERS.put("NVIDIA registers of a block", 0x4002);
    NUMBERS.put("NVIDIA warp size", 0x4003);
    NUMBERS.put("NVIDIA GPU overlap", 0x4004);
    NUMBERS.put("NVIDIA kernel timeout", 0x4005);
    NUMBERS.put("NVIDIA integrated memory", 0x4006);
    NUMBERS.put("NVIDIA copy engines", 0x4007);
  }

  private DeviceFacts() {}

  static List<ProbeCase> cases() {
    List<ProbeCase> cases = new ArrayList<>();
    cases.add(
        new ProbeCase(
            "platform",
            session ->
                platformText(session, CL.CL_PLATFORM_NAME)
                    + ", "
                    + platformText(session, CL.CL_PLATFORM_VERSION)
                    + ", "
                    + platformText(session, CL.CL_PLATFORM_VENDOR)));
    cases.add(
        new ProbeCase(
            "platform extensions", session -> platformText(session, CL.CL_PLATFORM_EXTENSIONS)));
    TEXTS.forEach((name, key) -> cases.add(new ProbeCase(name, session -> session.text(key))));
    NUMBERS.forEach(
        (name, key) ->
            cases.add(new ProbeCase(name, session -> number(session.number(key), name))));
    cases.add(new ProbeCase("max work-item sizes", DeviceFacts::itemSizes));
    return cases;
  }

  private static String number(long value, String name) {
    if (value < 0) {
      return "not known";
    }
    return name.contains("config") || name.contains("capabilities")
        ? "0x" + Long.toHexString(value)
        : Long.toString(value);
  }

  private static String itemSizes(ClSession session) {
    ByteBuffer sizes = session.info(CL.CL_DEVICE_MAX_WORK_ITEM_SIZES);
    StringBuilder text = new StringBuilder();
    while (sizes.remaining() >= Long.BYTES) {
      text.append(text.length() == 0 ? "" : " x ").append(sizes.getLong());
    }
    return text.toString();
  }

  private static String platformText(ClSession session, int key) {
    long[] size = new long[1];
    CL.clGetPlatformInfo(session.platform, key, 0, null, size);
    byte[] text = new byte[(int) size[0]];
    CL.clGetPlatformInfo(session.platform, key, size[0], Pointer.to(text), null);
    return new String(text, java.nio.charset.StandardCharsets.UTF_8).replace("\0", "").strip();
  }
}
