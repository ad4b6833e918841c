/**
 * From pending values to launches: what has been asked for waits here as {@link
 * dev.clgrad.schedule.Task}s, is grouped, rendered into kernels and handed to the backend; buffers
 * are given to it and taken back.
 *
 * <p>A {@link dev.clgrad.schedule.Storage} is the memory a tensor and its views share; its {@link
 * dev.clgrad.schedule.Content} never changes under a reader: a write with readers left makes a new
 * one. A {@link dev.clgrad.schedule.Value} is a strided view of a content.
 */
@NullMarked
package dev.clgrad.schedule;

import org.jspecify.annotations.NullMarked;
