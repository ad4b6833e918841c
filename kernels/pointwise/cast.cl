// cast: y = x in another dtype; the renderer's load converts.  dx = dy in the dtype of x, which is a cast again.
PURE real cast_forward(real x)         { return x; }
PURE mask cast_to_bool_forward(real x) { return x != K(0); }
