/** Long runs of small training steps that measure what device memory they take. */
package dev.clgrad.soak;
