// softshrink: y = x - lambd where x > lambd, x + lambd where x < -lambd, else 0, NaN at NaN;  dx = dy, or 0 in between.
// Backward reads x.
PURE real softshrink_forward(real x, real lambd) { return x > lambd ? x - lambd : x < -lambd ? x + lambd : x * K(0); }
PURE real softshrink_backward(real dy, real x, real lambd) { return x >= -lambd && x <= lambd ? K(0) : dy; }
