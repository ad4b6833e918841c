/**
 * Data sets as plain arrays: the IDX format of MNIST, a digits data set read from it, one that
 * clgrad draws itself, and shuffled batches.
 */
@NullMarked
package dev.clgrad.data;

import org.jspecify.annotations.NullMarked;
