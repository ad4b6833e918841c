/**
 * The benchmark: rows of work that clgrad, its peers and the machine's limits do in turn, each
 * system in a process of its own. The profile {@code bench} compiles it; {@code ci/bench} runs it.
 */
package dev.clgrad.bench;
