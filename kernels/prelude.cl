// What every kernel file may use. Two macros choose the types, by -D or by the defaults here:
//   ELEM  the element type: float, double, int, long or uchar
//   W     how many elements a `real` has: 1 (a scalar), 2, 4, 8 or 16
// Pointwise functions are written over `real` alone, so that one body serves a GPU's lanes and a CPU's vectors:
//   real     ELEM, or a vector of W of them
//   mask     what a comparison of reals gives: `m ? a : b`, `&&`, `||` and `!` work on it
//   K(c)     the constant c as a real
//   ANY(m)   whether any lane of a mask is true
//   PURE     what stands before each function
//   POW(a, b)   a to the power of b; not pow(a, b)
//   FMOD(a, b)   the remainder of a / b with the sign of a; not fmod(a, b)
//   SIN(x), COS(x), TAN(x)   of any size of x; not sin(x)
//   from_float16(bits), to_float16(value), and so for bfloat16: between W floats and their bits in memory
//   IS_INTEGER, IS_DOUBLE   1 where ELEM is an integer type, or double, else 0: for #if
// A kernel whose input may be computed instead of read, or whose result may be computed with before it is stored, says
//   SOURCE_PARAMETERS       for the input's parameters (by default a pointer x and its offset), SOURCE_ARGUMENTS to hand them on
//   SOURCE(at, lanes)       a real: the elements at, at + 1, ..., of which the first `lanes` are wanted
//   RESULT_PARAMETERS       for the output's parameters (by default a pointer y and its offset), RESULT_ARGUMENTS to hand them on
//   RESULT(at, lanes, value)   takes the first `lanes` elements of a real as those at, at + 1, ...
//   LANE0(v)                the first element of a real
// Kernels that add up products say
//   FMA(a, b, c)            a b + c, rounded once where ELEM is a floating type

#ifdef cl_khr_fp64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif

// a*b + c rounds twice, as the CPU backend does: fused and unfused schedules agree.
#pragma OPENCL FP_CONTRACT OFF

#ifndef ELEM
#define ELEM float
#endif
#ifndef W
#define W 1
#endif

#define PASTE_EXPANDED(a, b) a##b
#define PASTE(a, b) PASTE_EXPANDED(a, b)

#define MASK_OF_float int
#define MASK_OF_double long
#define MASK_OF_int int
#define MASK_OF_long long
#define MASK_OF_uchar char

#define IS_INTEGER_float 0
#define IS_INTEGER_double 0
#define IS_INTEGER_int 1
#define IS_INTEGER_long 1
#define IS_INTEGER_uchar 1
#define IS_INTEGER PASTE(IS_INTEGER_, ELEM)

#define IS_DOUBLE_float 0
#define IS_DOUBLE_double 1
#define IS_DOUBLE_int 0
#define IS_DOUBLE_long 0
#define IS_DOUBLE_uchar 0
#define IS_DOUBLE PASTE(IS_DOUBLE_, ELEM)

#if W == 1
#define real ELEM
#define mask int
#define ANY(m) ((m) != 0)
#else
#define real PASTE(ELEM, W)
#define mask PASTE(PASTE(MASK_OF_, ELEM), W)
#define ANY(m) any(m)
#endif

#define K(c) ((real)((ELEM)(c)))
#define PURE static inline __attribute__((overloadable, unused))

// pow of double8 is wrong on PoCL 3.1 for some lanes beside special ones, such as infinities; of double4 it is right.
#if W == 8
#define POW_double(a, b) ((double8)(pow((a).lo, (b).lo), pow((a).hi, (b).hi)))
#elif W == 16
#define POW_double(a, b) ((double16)(pow((a).lo.lo, (b).lo.lo), pow((a).lo.hi, (b).lo.hi), \
                                     pow((a).hi.lo, (b).hi.lo), pow((a).hi.hi, (b).hi.hi)))
#else
#define POW_double(a, b) pow(a, b)
#endif
#define POW_float(a, b) pow(a, b)
#define POW(a, b) PASTE(POW_, ELEM)(a, b)

// fmod of eight doubles is wrong there for some operands too; of four it is exact.
#if W == 8
#define FMOD_double(a, b) ((double8)(fmod((a).lo, (b).lo), fmod((a).hi, (b).hi)))
#elif W == 16
#define FMOD_double(a, b) ((double16)(fmod((a).lo.lo, (b).lo.lo), fmod((a).lo.hi, (b).lo.hi), \
                                      fmod((a).hi.lo, (b).hi.lo), fmod((a).hi.hi, (b).hi.hi)))
#else
#define FMOD_double(a, b) fmod(a, b)
#endif
#define FMOD_float(a, b) fmod(a, b)
#define FMOD(a, b) PASTE(FMOD_, ELEM)(a, b)

#define FMA_OF_float(a, b, c) fma(a, b, c)
#define FMA_OF_double(a, b, c) fma(a, b, c)
#define FMA_OF_int(a, b, c) ((a) * (b) + (c))
#define FMA_OF_long(a, b, c) ((a) * (b) + (c))
#define FMA_OF_uchar(a, b, c) ((a) * (b) + (c))
#define FMA(a, b, c) PASTE(FMA_OF_, ELEM)(a, b, c)

#if W == 1
#define LANE0(v) (v)
#define VLOAD(p) (*(p))
#define VSTORE(v, p) (*(p) = (v))
#else
#define LANE0(v) ((v).s0)
#define VLOAD(p) PASTE(vload, W)(0, p)
#define VSTORE(v, p) PASTE(vstore, W)(v, 0, p)
#endif

// float16 and bfloat16 lie in memory as their bits; arithmetic is done in float, and results are rounded to nearest even.
#if W == 1
#define BITS16 ushort
#define FLOATS float
#define UINTS uint
#define WIDEN_BITS(h) ((uint)(h))
#define NARROW_BITS(u) ((ushort)(u))
#define LOAD_HALF(p) vload_half(0, p)
#define STORE_HALF(v, p) vstore_half_rte(v, 0, p)
#define FLOATS_OF(u) as_float(u)
#define UINTS_OF(f) as_uint(f)
#else
#define BITS16 PASTE(ushort, W)
#define FLOATS PASTE(float, W)
#define UINTS PASTE(uint, W)
#define WIDEN_BITS(h) PASTE(convert_uint, W)(h)
#define NARROW_BITS(u) PASTE(convert_ushort, W)(u)
#define LOAD_HALF(p) PASTE(vload_half, W)(0, p)
#define STORE_HALF(v, p) PASTE(PASTE(vstore_half, W), _rte)(v, 0, p)
#define FLOATS_OF(u) PASTE(as_float, W)(u)
#define UINTS_OF(f) PASTE(as_uint, W)(f)
#endif
static inline __attribute__((unused)) FLOATS from_float16(const BITS16 bits) {
  return LOAD_HALF((const half*)&bits);
}
static inline __attribute__((unused)) BITS16 to_float16(const FLOATS value) {
  BITS16 bits;
  STORE_HALF(value, (half*)&bits);
  return bits;
}
static inline __attribute__((unused)) FLOATS from_bfloat16(const BITS16 bits) {
  return FLOATS_OF(WIDEN_BITS(bits) << (UINTS)(16));
}
static inline __attribute__((unused)) BITS16 to_bfloat16(const FLOATS value) {
  const UINTS u = UINTS_OF(value);
  const UINTS rounded = (u + (UINTS)(0x7fff) + ((u >> (UINTS)(16)) & (UINTS)(1))) >> (UINTS)(16);
  return NARROW_BITS(isnan(value) ? (UINTS)(0x7fc0) : rounded);
}

// sin, cos and tan of a float vector are wrong on PoCL 3.1 in the lanes beside a huge one: such vectors go lane by lane.
// Chosen where they are used: the renderer defines functions again for other element types behind this file.
#define SIN(x) PASTE(SIN_, ELEM)(x)
#define COS(x) PASTE(COS_, ELEM)(x)
#define TAN(x) PASTE(TAN_, ELEM)(x)
#define SIN_double(x) sin(x)
#define COS_double(x) cos(x)
#define TAN_double(x) tan(x)
#if W == 1
#define SIN_float(x) sin(x)
#define COS_float(x) cos(x)
#define TAN_float(x) tan(x)
#else
#define OF_ANY_SIZE(NAME, name)                                                \
  static inline __attribute__((unused)) FLOATS NAME(const FLOATS x) {          \
    if (!any(fabs(x) > (FLOATS)(100000))) return name(x);                      \
    float lanes[W];                                                            \
    PASTE(vstore, W)(x, 0, lanes);                                             \
    for (size_t lane = 0; lane < W; lane++) lanes[lane] = name(lanes[lane]);   \
    return PASTE(vload, W)(0, lanes);                                          \
  }
OF_ANY_SIZE(SIN_float, sin)
OF_ANY_SIZE(COS_float, cos)
OF_ANY_SIZE(TAN_float, tan)
#endif

#ifndef SOURCE_PARAMETERS
#define SOURCE_PARAMETERS __global const ELEM* x, const ulong x_offset
#define SOURCE_ARGUMENTS x, x_offset
#define SOURCE(at, lanes) read_source(x + x_offset + (at), lanes)
static inline __attribute__((unused)) real read_source(__global const ELEM* x, const size_t lanes) {
  if (lanes >= W) return VLOAD(x);
  ELEM padded[W];
  for (size_t lane = 0; lane < W; lane++) padded[lane] = x[lane < lanes ? lane : 0];
  return VLOAD(padded);
}
#endif

static inline __attribute__((unused)) void write_result(__global ELEM* y, const size_t lanes, const real value) {
  if (lanes >= W) {
    VSTORE(value, y);
  } else {
    ELEM padded[W];
    VSTORE(value, padded);
#if W <= 4
    // A loop of unknown length would keep the array in memory.
    #pragma unroll
    for (size_t lane = 0; lane < W; lane++)
      if (lane < lanes) y[lane] = padded[lane];
#else
    for (size_t lane = 0; lane < lanes; lane++) y[lane] = padded[lane];
#endif
  }
}

#ifndef RESULT_PARAMETERS
#define RESULT_PARAMETERS __global ELEM* y, const ulong y_offset
#define RESULT_ARGUMENTS y, y_offset
#define RESULT(at, lanes, value) write_result(y + y_offset + (at), lanes, value)
#endif
