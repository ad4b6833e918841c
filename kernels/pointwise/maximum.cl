// maximum: y = max(a, b), NaN if one is NaN;  da = dy where a > b, dy/2 where a = b, 0 where a < b; db likewise;
// dy to both where one is NaN.  Backward reads a and b.
PURE real maximum_forward(real a, real b)             { return a >= b || a != a ? a : b; }
PURE real maximum_backward_a(real dy, real a, real b) { return a < b ? K(0) : a == b ? dy / K(2) : dy; }
PURE real maximum_backward_b(real dy, real a, real b) { return a > b ? K(0) : a == b ? dy / K(2) : dy; }
