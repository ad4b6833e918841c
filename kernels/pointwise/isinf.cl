// isinf: y = whether x is inf or -inf.  No gradient.
// The differences say it of integers too.
PURE mask isinf_forward(real x) { return x == x && x - x != x - x; }
