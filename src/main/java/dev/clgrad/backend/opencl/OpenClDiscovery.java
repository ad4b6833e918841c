package dev.clgrad.backend.opencl;

import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jocl.CL;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists every platform and device, with what clgrad must know of each. Called only where {@link
 * OpenClLoader} says it works.
 */
final class OpenClDiscovery {
  private static final Logger LOG = LoggerFactory.getLogger(OpenClDiscovery.class);
  private static final String POCL = "Portable Computing Language";
  private static final Pattern VERSION = Pattern.compile("OpenCL (\\d{1,4})\\.(\\d{1,4})");
  private static final String DAMAGED =
      "its driver replaced the JVM's SIGFPE handler: integer division by zero no longer throws in this process; set "
          + "POCL_SIGFPE_HANDLER=0 in the environment that starts Java";

  /**
   * The system property that overrides the width of vectors in rendered kernels, in bytes. A GPU's
   * work-items load 16 bytes at once: 2.8 TB/s against 2.0 with 4 on an H100.
   */
  private static final String VECTOR_BYTES = "clgrad.vectorBytes";

  private OpenClDiscovery() {}

  /** All devices, platform by platform, each in its platform's order. */
  static List<OpenClDevice> devices() {
    List<OpenClDevice> found = new ArrayList<>();
    int[] count = new int[1];
    Cl.run("list the OpenCL platforms", () -> CL.clGetPlatformIDs(0, null, count));
    cl_platform_id[] platforms = new cl_platform_id[count[0]];
    Cl.run(
        "list the OpenCL platforms", () -> CL.clGetPlatformIDs(platforms.length, platforms, null));
    for (cl_platform_id platform : platforms) {
      addPlatform(platform, found);
    }
    return List.copyOf(found);
  }

  private static void addPlatform(cl_platform_id platform, List<OpenClDevice> found) {
    String name = platformText(platform, CL.CL_PLATFORM_NAME);
    String title = name + ", " + platformText(platform, CL.CL_PLATFORM_VERSION);
    if (name.equals(POCL)) {
      String obstacle = SignalGuard.obstacleToPocl();
      if (obstacle != null) {
        found.add(unasked(platform, title, found.size(), obstacle));
        return;
      }
    }
    cl_device_id[] devices = deviceIds(platform);
    String damage = null;
    if (!SignalGuard.divisionThrows()) {
      LOG.error("OpenCL platform {}: {}", title, DAMAGED);
      damage = DAMAGED;
    }
    for (cl_device_id device : devices) {
      DeviceRecord record = record(title, device, "opencl:" + found.size());
      String obstacle = damage != null ? damage : obstacle(device, record);
      found.add(new OpenClDevice(record, limits(device, record), platform, device, obstacle));
    }
  }

  private static cl_device_id[] deviceIds(cl_platform_id platform) {
    int[] count = new int[1];
    int status =
        Cl.status(() -> CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, 0, null, count));
    if (status != CL.CL_SUCCESS) {
      LOG.debug("clGetDeviceIDs: {}", ClErrors.name(status));
      return new cl_device_id[0];
    }
    cl_device_id[] devices = new cl_device_id[count[0]];
    status =
        Cl.status(
            () ->
                CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, devices.length, devices, null));
    return status == CL.CL_SUCCESS ? devices : new cl_device_id[0];
  }

  private static DeviceRecord record(String platform, cl_device_id device, String name) {
    long type = deviceInteger(device, CL.CL_DEVICE_TYPE);
    Set<String> extensions = Set.of(deviceText(device, CL.CL_DEVICE_EXTENSIONS).split("\\s+"));
    return new DeviceRecord(
        name,
        platform,
        deviceText(device, CL.CL_DEVICE_NAME),
        deviceText(device, CL.CL_DEVICE_VENDOR),
        deviceText(device, CL.CL_DEVICE_VERSION),
        deviceText(device, CL.CL_DRIVER_VERSION),
        typeName(type),
        deviceInteger(device, CL.CL_DEVICE_GLOBAL_MEM_SIZE),
        deviceInteger(device, CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        deviceInteger(device, CL.CL_DEVICE_LOCAL_MEM_SIZE),
        (int) deviceInteger(device, CL.CL_DEVICE_MAX_COMPUTE_UNITS),
        deviceInteger(device, CL.CL_DEVICE_MAX_WORK_GROUP_SIZE),
        (int) deviceInteger(device, CL.CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT),
        extensions.contains("cl_khr_fp64")
            || deviceInteger(device, CL.CL_DEVICE_DOUBLE_FP_CONFIG) != 0,
        extensions.contains("cl_khr_fp16"));
  }

  private static String typeName(long type) {
    if ((type & CL.CL_DEVICE_TYPE_GPU) != 0) {
      return "GPU";
    }
    if ((type & CL.CL_DEVICE_TYPE_CPU) != 0) {
      return "CPU";
    }
    return (type & CL.CL_DEVICE_TYPE_ACCELERATOR) != 0 ? "accelerator" : "custom";
  }

  /** Why a device cannot be used; null if it can. */
  private static @Nullable String obstacle(cl_device_id device, DeviceRecord record) {
    if (record.type().equals("custom")) {
      return "it runs built-in kernels only, and clgrad compiles its own";
    }
    if (deviceInteger(device, CL.CL_DEVICE_AVAILABLE) == 0) {
      return "its driver says that it is not available; another process may hold it";
    }
    if (deviceInteger(device, CL.CL_DEVICE_COMPILER_AVAILABLE) == 0) {
      return "its driver has no OpenCL C compiler";
    }
    if (deviceInteger(device, CL.CL_DEVICE_ENDIAN_LITTLE) == 0) {
      return "it stores numbers in big-endian order, which clgrad does not support";
    }
    if (!atLeast12(record.version())) {
      return "it offers " + record.version() + ", and clgrad needs OpenCL 1.2; update its driver";
    }
    return null;
  }

  /** Whether a version such as {@code OpenCL 3.0 PoCL HSTR: …} is 1.2 or more. */
  static boolean atLeast12(String version) {
    Matcher number = VERSION.matcher(version);
    if (!number.lookingAt()) {
      return false;
    }
    int major = Integer.parseInt(number.group(1));
    return major > 1 || (major == 1 && Integer.parseInt(number.group(2)) >= 2);
  }

  /**
   * What a device can take. Devices of CPU type get kernels with vectors as wide as the widest of
   * OpenCL C: their compilers do not make vector code of scalar {@code exp} and {@code tanh}. On
   * GPUs neighboring work-items are the lanes.
   */
  private static Limits limits(cl_device_id device, DeviceRecord record) {
    boolean cpu = record.type().equals("CPU");
    return new Limits(
        record.maxAllocationBytes(),
        (int) Math.min(deviceInteger(device, CL.CL_DEVICE_MAX_PARAMETER_SIZE), Integer.MAX_VALUE),
        record.fp64(),
        cpu,
        Integer.getInteger(VECTOR_BYTES, cpu ? 64 : 16),
        Integer.getInteger(VECTOR_BYTES, cpu ? registerBytes(record) : 16),
        (int) Math.min(256, record.maxWorkGroupSize()),
        record.computeUnits());
  }

  /** What the driver prefers for float32; where it says 1, the 128 bits that every CPU has. */
  private static int registerBytes(DeviceRecord record) {
    return Math.max(16, Math.min(64, Integer.highestOneBit(record.vectorWidth()) * Float.BYTES));
  }

  private static OpenClDevice unasked(
      cl_platform_id platform, String title, int index, String obstacle) {
    DeviceRecord record =
        new DeviceRecord(
            "opencl:" + index,
            title,
            "not asked for its devices",
            platformText(platform, CL.CL_PLATFORM_VENDOR),
            "unknown",
            "unknown",
            "CPU",
            0,
            0,
            0,
            0,
            0,
            0,
            false,
            false);
    return new OpenClDevice(
        record, new Limits(0, 0, false, true, 4, 4, 1, 1), platform, null, obstacle);
  }

  private static String platformText(cl_platform_id platform, int what) {
    return Cl.text((bytes, to, size) -> CL.clGetPlatformInfo(platform, what, bytes, to, size));
  }

  private static String deviceText(cl_device_id device, int what) {
    return Cl.text((bytes, to, size) -> CL.clGetDeviceInfo(device, what, bytes, to, size));
  }

  private static long deviceInteger(cl_device_id device, int what) {
    return Cl.integer((bytes, to, size) -> CL.clGetDeviceInfo(device, what, bytes, to, size));
  }
}
