// isfinite: y = whether x is neither NaN nor infinite.  No gradient.
// The differences say it of integers too.
PURE mask isfinite_forward(real x) { return x - x == K(0); }
