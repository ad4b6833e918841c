/**
 * What the bundle for a machine with a GPU runs beside the benchmark: the tests, a JVM for each
 * part of them, and probes of what the driver and its compiler can do. {@code ci/gpu-bundle} makes
 * the bundle.
 */
package dev.clgrad.bench.gpu;
