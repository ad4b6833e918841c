/**
 * Pictures of directed graphs: a {@link dev.clgrad.diagram.Diagram} of boxes, groups and arrows,
 * written as DOT for Graphviz or drawn as SVG. It knows nothing of tensors.
 */
@NullMarked
package dev.clgrad.diagram;

import org.jspecify.annotations.NullMarked;
