// isnan: y = whether x is NaN.  No gradient.
// The differences say it of integers too.
PURE mask isnan_forward(real x) { return x != x; }
