package dev.clgrad.backend.opencl;

import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.Limits;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.jspecify.annotations.Nullable;

/**
 * A device that was found, or a whole platform that was not asked for its devices.
 *
 * @param record what is known of it
 * @param limits what it can take
 * @param platform the driver's handle of the platform
 * @param device the driver's handle of the device; null if the platform was not asked
 * @param obstacle why it cannot be used, and the cure; null if it can
 */
record OpenClDevice(
    DeviceRecord record,
    Limits limits,
    cl_platform_id platform,
    @Nullable cl_device_id device,
    @Nullable String obstacle) {}
