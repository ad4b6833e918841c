/**
 * Checks clgrad's operations against cases in JSON Lines: values, gradients, second derivatives and
 * errors. {@code Conformance} is the program, {@code OpTable} the one place that says how a case
 * calls the API.
 */
@NullMarked
package dev.clgrad.conformance;

import org.jspecify.annotations.NullMarked;
