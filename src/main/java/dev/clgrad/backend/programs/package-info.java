/**
 * Compiled programs kept on disk between processes: files and folders, and nothing of OpenCL.
 *
 * <p>{@link dev.clgrad.backend.programs.ProgramFolder} is the folder, {@link
 * dev.clgrad.backend.programs.ProgramFile} one file in it, {@link
 * dev.clgrad.backend.programs.ProgramKey} what a file belongs to.
 */
@NullMarked
package dev.clgrad.backend.programs;

import org.jspecify.annotations.NullMarked;
