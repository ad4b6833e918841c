#!/usr/bin/env python3
"""Prints the polynomials of backend/cpu/SpecialPolynomials and of kernels/pointwise/{digamma,erfinv}.cl.

Each is the Chebyshev interpolant of a smooth function, of the lowest degree whose relative error stays
below a bound, expanded in powers of the variable. Needs python3-mpmath.
"""
import sys

from mpmath import (asin, atan, chebyfit, erf, erfc, erfinv, exp, expm1, findroot, floor, log, loggamma, mp, mpf, nstr, pi, psi, sqrt)

mp.dps = 70
DOUBLE = mpf(2) ** -57  # well below half a unit in the last place
FLOAT_IN_DOUBLE = mpf(2) ** -34  # computed in double, rounded to float once
FLOAT = mpf(2) ** -27  # computed in float


def near(limit, function):
    """The function, with its limit where it is 0/0."""
    return lambda x: limit if abs(x) < mpf(10) ** -30 else function(x)


def fit(name, function, low, high, bound):
    low, high = mpf(low), mpf(high)
    grid = [low + (high - low) * k / 64 for k in range(65)]
    smallest = min(abs(function(x)) for x in grid)
    for terms in range(2, 60):
        coefficients, error = chebyfit(function, [low, high], terms, error=True)
        if error / smallest < bound:
            print(f"// {name}: {terms} terms, relative error 2^{nstr(log(error / smallest, 2), 4)}")
            write(list(reversed(coefficients)), bound)
            return
    raise ValueError(name)


def write(coefficients, bound):
    for c in coefficients:
        if OPENCL:
            print("    " + (nstr(c, 9) + "f" if bound == FLOAT else nstr(c, 19)) + ",")
        else:
            print("    " + hexadecimal(c) + ",")


def hexadecimal(c):
    text = float(c).hex()
    return text.replace("0x1.0000000000000p", "0x1p")


def erfcx(x):
    return exp(x * x) * erfc(x)


def erfinv_by_w(w):
    x = sqrt(-expm1(-w))
    return erfinv(x) / x


OPENCL = len(sys.argv) > 1 and sys.argv[1] == "opencl"
ROOT = findroot(lambda x: psi(0, x), mpf("1.4616321449683623"))
by_t = near(psi(1, ROOT), lambda t: psi(0, t + 1.5) / (t + 1.5 - ROOT))
by_w = near(sqrt(pi) / 2, erfinv_by_w)


def psi_over_root(t):
    x = t + mpf(3) / 2
    return psi(1, ROOT) if abs(x - ROOT) < mpf(10) ** -25 else psi(0, x) / (x - ROOT)


def special(bound):
    fit("digamma(x) / (x - root) in x - 1.5, x from 1 to 2", psi_over_root, -0.5, 0.5, bound)
    if bound == FLOAT:
        fit("erfinv(x) / x in w - 2.5, w = -ln(1 - x^2) below 5", lambda u: by_w(u + 2.5), -2.5, 2.5, bound)
        fit("erfinv(x) / x in sqrt(w) - 3, w from 5 to 17", lambda u: by_w((u + 3) ** 2), sqrt(mpf(5)) - 3, sqrt(mpf(17)) - 3, bound)
    else:
        fit("erfinv(x) / x in w - 3.125, w = -ln(1 - x^2) below 6.25", lambda u: by_w(u + 3.125), -3.125, 3.125, bound)
        fit("erfinv(x) / x in sqrt(w) - 3.25, w from 6.25 to 16", lambda u: by_w((u + 3.25) ** 2), -0.75, 0.75, bound)
        fit("erfinv(x) / x in sqrt(w) - 5, w from 16 to 37", lambda u: by_w((u + 5) ** 2), -1, sqrt(mpf(37)) - 5, bound)


if OPENCL:
    special(FLOAT)
    special(DOUBLE)
else:
    fit("asin(x) / x in x^2, x to 1/2", near(mpf(1), lambda z: asin(sqrt(z)) / sqrt(z)), 0, 0.25, FLOAT_IN_DOUBLE)
    fit("atan(x) / x in x^2, x to tan(pi/8)", near(mpf(1), lambda z: atan(sqrt(z)) / sqrt(z)), 0, (sqrt(mpf(2)) - 1) ** 2, FLOAT_IN_DOUBLE)
    for bound in (FLOAT_IN_DOUBLE, DOUBLE):
        top = mpf(10.5) if bound == FLOAT_IN_DOUBLE else mpf(27.5)
        fit("erf(x) / x in x^2, x to 1/2", near(2 / sqrt(pi), lambda z: erf(sqrt(z)) / sqrt(z)), 0, 0.25, bound)
        scaled = lambda u: (lambda t: (lambda x: erfcx(x) * (x + 3))(3 / t - 3))(u + mpf(1) / 2)
        fit("(x + 3) exp(x^2) erfc(x) in 3 / (x + 3) - 1/2, x from 1/2", scaled, 3 / (3 + top) - mpf(1) / 2, mpf(6) / 7 - mpf(1) / 2, bound)
    fit("lgamma(1 + x) / x, x from -1/2 to 1/2", near(psi(0, 1), lambda x: loggamma(1 + x) / x), -0.5, 0.5, DOUBLE)
    fit("lgamma(2 + x) / x, x from -1/2 to 1", near(psi(0, 2), lambda x: loggamma(2 + x) / x), -0.5, 1, DOUBLE)
    special(DOUBLE)
high = mpf(float(ROOT))
print("// root of digamma:", float(ROOT).hex(), "+", float(ROOT - high).hex(), nstr(ROOT, 40))
