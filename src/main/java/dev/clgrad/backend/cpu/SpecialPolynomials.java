package dev.clgrad.backend.cpu;

/**
 * Polynomials of functions that are smooth on an interval, lowest power first: Chebyshev
 * interpolants of the lowest degree with the relative error named, computed with 70 digits by
 * {@code src/test/resources/functions/fit.py}.
 */
final class SpecialPolynomials {
  /** asin(x) / x in x^2, x to 1/2; relative error 2^-35.74. */
  static final double[] ASIN = {
    0x1.ffffffffe1fddp-1,
    0x1.55555644ffd27p-3,
    0x1.3332974333413p-4,
    0x1.6ddd3297735ebp-5,
    0x1.ed3310aa58a51p-6,
    0x1.93e1363c82c76p-6,
    0x1.e5084c0c9e239p-8,
    0x1.1ca8ba846c6cbp-5
  };

  /** atan(x) / x in x^2, x to tan(pi/8); relative error 2^-35.36. */
  static final double[] ATAN = {
    0x1.ffffffffd07f9p-1,
    -0x1.55555481099e9p-2,
    0x1.9998fdb703d04p-3,
    -0x1.247ca7f913deep-3,
    0x1.c437eb9a09f07p-4,
    -0x1.5a5d9befb13e9p-4,
    0x1.81a03ee69abf7p-5
  };

  /** erf(x) / x in x^2, x to 1/2; relative error 2^-36.21. */
  static final double[] ERF_FLOAT = {
    0x1.20dd75041b4eap+0,
    -0x1.8127466f5b8a1p-2,
    0x1.ce2ef239ee029p-4,
    -0x1.b8203032a45abp-6,
    0x1.54d076df271bdp-8,
    -0x1.936a4a7830bd8p-11
  };

  /** (x + 3) exp(x^2) erfc(x) in 3 / (x + 3) - 1/2, x from 1/2; relative error 2^-34.68. */
  static final double[] ERFC_FLOAT = {
    0x1.12f21ddda0ed2p+0,
    0x1.c44c471f1f5f1p+0,
    0x1.2e3269416fb2ep+1,
    0x1.3deb1fa403e12p+1,
    0x1.e995f89b3759ap+0,
    0x1.b78b43e586985p-1,
    -0x1.3df5d7146a6a9p-4,
    -0x1.8e099b7d3923ap-2,
    -0x1.1d6f2772d92aap-3,
    0x1.2a5d12e81928ap-3,
    0x1.8b4a14d70c8c4p-4,
    -0x1.3482e71c0c6b5p-4
  };

  /** erf(x) / x in x^2, x to 1/2; relative error 2^-57.75. */
  static final double[] ERF = {
    0x1.20dd750429b6dp+0,
    -0x1.812746b0379b5p-2,
    0x1.ce2f21a03d814p-4,
    -0x1.b82ce30f2b28fp-6,
    0x1.565bcbf8e0365p-8,
    -0x1.c02d4f6e4921ap-11,
    0x1.f98db34e8872ep-14,
    -0x1.f224dfc5409afp-17,
    0x1.8b4b60851826bp-20
  };

  /** (x + 3) exp(x^2) erfc(x) in 3 / (x + 3) - 1/2, x from 1/2; relative error 2^-58.07. */
  static final double[] ERFC = {
    0x1.12f21ddd9f5e2p+0,
    0x1.c44c471baa376p+0,
    0x1.2e326945de2b8p+1,
    0x1.3deb21415dca2p+1,
    0x1.e995f11b16dddp+0,
    0x1.b78993d6b4610p-1,
    -0x1.3dd3e70f3fe2ep-4,
    -0x1.8dae3a27d4dc3p-2,
    -0x1.1f78e15f8f6a6p-3,
    0x1.2238fdfd73287p-3,
    0x1.c3253ba3fee95p-4,
    -0x1.fdff7d57ada9bp-5,
    -0x1.251b1fc6074ccp-4,
    0x1.3ebaf59d6ae84p-5,
    0x1.7328e293625ecp-5,
    -0x1.0c31c3afb1041p-5,
    -0x1.b696d4e7f2384p-6,
    0x1.f485c0f7f9ee6p-6,
    0x1.982671623dc24p-7,
    -0x1.a53ecfafd7114p-6,
    -0x1.7b07e1d6ae729p-9,
    0x1.c29ce5dbe6cd1p-7
  };

  /** lgamma(1 + x) / x, x from -1/2 to 1/2; relative error 2^-58.14. */
  static final double[] LGAMMA_1 = {
    -0x1.2788cfc6fb619p-1,
    0x1.a51a6625307d3p-1,
    -0x1.9a4d55beab2cap-2,
    0x1.151322ac7d83cp-2,
    -0x1.a8b9c17aa7eedp-3,
    0x1.5b40cb100dfd7p-3,
    -0x1.2703a1dc10f2ep-3,
    0x1.010b36aeb2f89p-3,
    -0x1.c80670d557cb7p-4,
    0x1.9a01e3eaf2fc3p-4,
    -0x1.748c241fd89f6p-4,
    0x1.556ac7ab0a8c5p-4,
    -0x1.3b1efc904ce5cp-4,
    0x1.24983b04df70bp-4,
    -0x1.10fc68b60bb0bp-4,
    0x1.ffd5ade9e1431p-5,
    -0x1.e3eda33f2a471p-5,
    0x1.c91924bb77106p-5,
    -0x1.9e7ae2be33060p-5,
    0x1.89630a1bc7168p-5,
    -0x1.e728a90657135p-5,
    0x1.d2b6e138a185dp-5,
    0x1.4419026330db1p-8,
    -0x1.61e023b85b2f7p-8,
    -0x1.6447823e9d0f7p-3,
    0x1.59681d2609cfcp-3,
    0x1.8eca495d72089p-3,
    -0x1.840cd07d90826p-3,
    -0x1.ec097aba2bc98p-3,
    0x1.dd93d56e6de4dp-3
  };

  /** lgamma(2 + x) / x, x from -1/2 to 1; relative error 2^-57.95. */
  static final double[] LGAMMA_2 = {
    0x1.b0ee6072093cep-2,
    0x1.4a34cc4a60fa6p-2,
    -0x1.13e001a5575fdp-4,
    0x1.51322ac7d87d7p-6,
    -0x1.e404fc219310ep-8,
    0x1.7add6ead6e2f2p-9,
    -0x1.38ac5c29a5e4bp-10,
    0x1.0b36af9ac4c20p-11,
    -0x1.d3fd4deee3f66p-13,
    0x1.a127abf1a07a3p-14,
    -0x1.78de1b10391f5p-15,
    0x1.580de5056dfc0p-16,
    -0x1.3cc2b2cb64d9ep-17,
    0x1.25a2096292673p-18,
    -0x1.116ae50b2c13bp-19,
    0x1.feab843b817d5p-21,
    -0x1.e3a27fc880d0ap-22,
    0x1.daa516a1337e9p-23,
    -0x1.cf31e04c8a545p-24,
    0x1.7ec8d45bd1d10p-25,
    -0x1.a9df52df1ce4bp-27,
    0x1.c03347a0459cap-30
  };

  /** digamma(x) / (x - root) in x - 1.5, x from 1 to 2; relative error 2^-57.7. */
  static final double[] DIGAMMA = {
    0x1.e6f0cbb873616p-1,
    -0x1.b1cb63005ee98p-2,
    0x1.eca189b8e6f6dp-3,
    -0x1.2feeeb98a78eap-3,
    0x1.8512e5903903ep-4,
    -0x1.fb44202a2306bp-5,
    0x1.4de9aa1779d23p-5,
    -0x1.b9f8b11bfd3d0p-6,
    0x1.2564717896ec6p-6,
    -0x1.863563f44f303p-7,
    0x1.03c0adafa529cp-7,
    -0x1.5a06a5d662cb4p-8,
    0x1.cd2011454fd05p-9,
    -0x1.336dbe66757c8p-9,
    0x1.99d3f5c0cad5ep-10,
    -0x1.0fb38d217b800p-10,
    0x1.6a3e76070c135p-11,
    -0x1.fd8e50abf2196p-12,
    0x1.53b23429da21bp-12,
    -0x1.2fae5cb379bf2p-13,
    0x1.94e73cc9821e1p-14,
    -0x1.75c084e78a4cdp-13,
    0x1.f255c4568ac4dp-14
  };

  /** erfinv(x) / x in w - 3.125, w = -ln(1 - x^2) below 6.25; relative error 2^-58.5. */
  static final double[] ERFINV_CENTER = {
    0x1.a755e7c99ae86p+0,
    0x1.ebd80d9b13df9p-3,
    -0x1.8b6c33114ea71p-8,
    -0x1.8457694835230p-11,
    0x1.879c2a20b13a0p-13,
    -0x1.d1d1f7ca61a14p-17,
    -0x1.6e8a53ca14edfp-20,
    0x1.c6b4f898a7553p-22,
    -0x1.f36cee3c60d01p-26,
    -0x1.1a9eb3bfcd07cp-28,
    0x1.20f53f519ed0ap-30,
    -0x1.dc3e5172ac9cfp-35,
    -0x1.c8a5ab52e0019p-37,
    0x1.7231a3e48d582p-39,
    -0x1.6ba68d1796bcfp-44,
    -0x1.682f41a549495p-45,
    0x1.d63b2bb633bd2p-48,
    -0x1.97658b3d58e2ep-55,
    -0x1.1ac450727647cp-53,
    0x1.2702e1128be12p-56,
    0x1.7997aa9237e9cp-61,
    -0x1.bed537ed97e92p-62,
    0x1.61fa58bed690ap-66,
    0x1.493dd47a7b686p-68,
    -0x1.98901e99d9c27p-72,
    -0x1.71e85cb7c66e7p-76
  };

  /** erfinv(x) / x in sqrt(w) - 3.25, w from 6.25 to 16; relative error 2^-59.1. */
  static final double[] ERFINV_MIDDLE = {
    0x1.8abcc380d5a48p+1,
    0x1.0158a6d641d55p+0,
    0x1.5ffcfe5b6cd38p-8,
    -0x1.ebadabba02be5p-9,
    0x1.468eeca944c44p-9,
    -0x1.ba9240d8768c3p-10,
    0x1.f3cc545d9ca81p-11,
    -0x1.7448bcc8e9aa7p-12,
    0x1.932e8fd4360edp-16,
    0x1.1e6abbe66ca02p-14,
    -0x1.8cf463501e9a0p-15,
    0x1.a241c6f237f34p-17,
    0x1.899aa0e374402p-19,
    -0x1.0b79e820e8497p-18,
    0x1.8db69feb41fb6p-20,
    -0x1.da75906425fdap-26,
    -0x1.079a074d69940p-22,
    0x1.1a9484c4d3628p-23,
    -0x1.674f1725daa65p-26,
    -0x1.06f1da245bfd3p-26,
    0x1.07e3c2020286fp-27
  };

  /** erfinv(x) / x in sqrt(w) - 5, w from 16 to 37; relative error 2^-59.71. */
  static final double[] ERFINV_TAIL = {
    0x1.3664ddd1ad7fbp+2,
    0x1.02a30d1fba10bp+0,
    -0x1.22ea5df1ccc87p-13,
    -0x1.c2f36aa16d791p-13,
    0x1.3ebf4efb4e6cep-14,
    -0x1.4a349039f1793p-16,
    0x1.2fbcfd6269d80p-18,
    -0x1.0a9038c985ec8p-20,
    0x1.ebe336575bf8ap-23,
    -0x1.2236f7997119bp-24,
    0x1.f2870583364afp-26,
    -0x1.05733be1cc305p-26,
    0x1.0cc6ac035a980p-27,
    -0x1.e4ba21e045e7dp-29,
    0x1.69743db6fb419p-30,
    -0x1.a9fb90788f9edp-32,
    0x1.347f7b4e65661p-34,
    0x1.3d6a0c9b23a0cp-36,
    -0x1.690bac38655e5p-36,
    0x1.6d144803513aep-38
  };

  private SpecialPolynomials() {}

  /** The polynomial's value, by Horner's rule. */
  static double at(double x, double[] coefficients) {
    double y = coefficients[coefficients.length - 1];
    for (int i = coefficients.length - 2; i >= 0; i--) {
      y = y * x + coefficients[i];
    }
    return y;
  }
}
