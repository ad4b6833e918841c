#!/usr/bin/env python3
"""Writes NAME.txt beside this file: arguments of a function of doubles, and its values, correctly rounded.

Each line is an argument and the value, in the shortest decimals that restore the doubles. Needs python3-mpmath.
"""
import pathlib
import random

from mpmath import (acos, acosh, asin, asinh, atan, atanh, cosh, digamma, erf, erfc, erfinv, exp, expm1, floor, inf, isnan, log,
                    log1p, loggamma, mp, mpf, polygamma, pi, sinh, sqrt, tan, tanh)

mp.dps = 60
TINY = mpf(2) ** -1022
HUGE = mpf(2) ** 1024

SPREAD = lambda r: [r.choice([-1, 1]) * r.uniform(1, 2) * 2.0 ** r.randint(-200, 200) for _ in range(40)]
EXTREME = lambda r: [r.choice([-1, 1]) * r.uniform(1, 2) * 2.0 ** r.randint(-1020, 1020) for _ in range(20)]
UP_TO = lambda bound, count: lambda r: [r.uniform(-bound, bound) for _ in range(count)]
NEAR = lambda point: lambda r: [point + r.choice([-1, 1]) * 2.0 ** r.randint(-45, -2) for _ in range(24)]


def sigmoid(x):
    return 1 / (1 + exp(-x))


def normal(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def softplus(x):
    return log1p(exp(x))


# Name, function, whether an argument is in the domain, samples of it.
ALL = lambda x: True
FUNCTIONS = [
    ("acos", acos, lambda x: abs(x) <= 1, [SPREAD, UP_TO(1, 80), NEAR(1), NEAR(-1)]),
    ("acosh", acosh, lambda x: x >= 1, [SPREAD, EXTREME, UP_TO(10, 80), NEAR(1)]),
    ("asin", asin, lambda x: abs(x) <= 1, [SPREAD, UP_TO(1, 80), NEAR(1), NEAR(-1)]),
    ("asinh", asinh, ALL, [SPREAD, EXTREME, UP_TO(10, 80)]),
    ("atan", atan, ALL, [SPREAD, EXTREME, UP_TO(3, 80)]),
    ("atanh", atanh, lambda x: abs(x) < 1, [SPREAD, UP_TO(1, 80), NEAR(1), NEAR(-1)]),
    ("cosh", cosh, lambda x: abs(x) < 710, [SPREAD, UP_TO(700, 40), UP_TO(3, 40)]),
    ("digamma", digamma, lambda x: x > 0 or (x > -1e6 and x != floor(x)), [SPREAD, EXTREME, UP_TO(20, 120), NEAR(1.4616321449683622), NEAR(1), NEAR(2), NEAR(10)]),
    ("erf", erf, ALL, [SPREAD, UP_TO(7, 120), NEAR(0.5)]),
    ("erfc", erfc, lambda x: x < 26.5, [SPREAD, UP_TO(26.5, 80), UP_TO(3, 80), NEAR(0.5)]),
    ("erfinv", erfinv, lambda x: abs(x) < 1, [SPREAD, UP_TO(1, 120), NEAR(1), NEAR(-1)]),
    ("exp2", lambda x: mpf(2) ** x, lambda x: abs(x) < 1020, [SPREAD, UP_TO(1000, 60), UP_TO(3, 40)]),
    ("lgamma", lambda x: log(abs(mp.gamma(x))) if x < 0 else loggamma(x).real, lambda x: x > 0 or (x > -100 and x != floor(x)), [SPREAD, EXTREME, UP_TO(20, 160), NEAR(1), NEAR(2), NEAR(10), NEAR(3), NEAR(0.5)]),
    ("log10", lambda x: log(x) / log(mpf(10)), lambda x: x > 0, [SPREAD, EXTREME, UP_TO(10, 60), NEAR(1)]),
    ("log2", lambda x: log(x) / log(mpf(2)), lambda x: x > 0, [SPREAD, EXTREME, UP_TO(10, 60), NEAR(1)]),
    ("normal", normal, ALL, [SPREAD, UP_TO(37, 80), UP_TO(3, 80), NEAR(0.7071)]),
    ("polygamma_2", lambda x: polygamma(2, x), lambda x: x > 0 or (x > -100 and x != floor(x)), [SPREAD, UP_TO(20, 120)]),
    ("polygamma_3", lambda x: polygamma(3, x), lambda x: x > 0 or (x > -100 and x != floor(x)), [SPREAD, UP_TO(20, 120)]),
    ("sinh", sinh, lambda x: abs(x) < 710, [SPREAD, UP_TO(700, 40), UP_TO(3, 40)]),
    ("tan", tan, lambda x: abs(x) < 1e15, [SPREAD, UP_TO(100, 80)]),
    # Of operations, in float64.
    ("gelu", lambda x: x * normal(x), ALL, [SPREAD, UP_TO(37, 40), UP_TO(3, 40)]),
    ("gelu_tanh", lambda x: x * sigmoid(2 * sqrt(2 / pi) * (x + mpf("0.044715") * x**3)), ALL, [SPREAD, UP_TO(10, 40)]),
    ("logsigmoid", lambda x: -log1p(exp(-x)), ALL, [SPREAD, UP_TO(700, 40), UP_TO(3, 40)]),
    ("mish", lambda x: x * tanh(softplus(x)), ALL, [SPREAD, UP_TO(40, 80)]),
    ("silu", lambda x: x * sigmoid(x), ALL, [SPREAD, UP_TO(700, 40), UP_TO(40, 40)]),
    ("selu", lambda x: (mpf("1.0507009873554804934193349852946") * (x if x > 0 else mpf("1.6732632423543772848170429916717") * expm1(x))), ALL, [SPREAD, UP_TO(10, 40)]),
]

for name, function, inside, samples in FUNCTIONS:
    random_numbers = random.Random(name)
    lines = []
    for sample in samples:
        for x in sample(random_numbers):
            if not inside(x) or abs(x) > 1e300:
                continue
            mp.dps = 60 if abs(x) < 2.0**150 and abs(x) > 2.0**-150 else 800
            if name in ("digamma", "lgamma", "polygamma_2", "polygamma_3", "erfinv"):
                mp.dps = 60
            y = function(mpf(x))
            if isnan(y) or not TINY <= abs(y) < HUGE:
                continue
            lines.append(f"{x!r} {float(y)!r}")
    path = pathlib.Path(__file__).with_name(name + ".txt")
    path.write_text("".join(line + "\n" for line in lines), encoding="ascii")
    print(name, len(lines))
