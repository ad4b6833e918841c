"""The numbers that every system computes with: those of Inputs in Java, which java.util.SplittableRandom makes."""

import os

import numpy as np
import torch

DEVICE = torch.device(os.environ.get("BENCH_TORCH_DEVICE", "cuda"))


def mixed(seeds):
    """SplittableRandom.mix64 of each seed."""
    z = (seeds ^ (seeds >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def mixed_to_32(seeds):
    """SplittableRandom.mix32 of each seed, as a signed int."""
    z = (seeds ^ (seeds >> np.uint64(33))) * np.uint64(0x62A9D9ED799705F5)
    z = (z ^ (z >> np.uint64(28))) * np.uint64(0xCB24D0A5C88C35B3)
    return (z >> np.uint64(32)).astype(np.uint32).view(np.int32)


def seeds(count, seed):
    """The first states of a generator behind its seed."""
    gamma = np.uint64(0x9E3779B97F4A7C15)
    return np.uint64(seed) + gamma * np.arange(1, count + 1, dtype=np.uint64)


def uniform(count, seed, bound=1.0):
    """Numbers between -bound and bound, as Inputs.uniform makes them."""
    doubles = (mixed(seeds(count, seed)) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return (float(np.float32(bound)) * (2 * doubles - 1)).astype(np.float32)


def tensor(values, *shape):
    return torch.from_numpy(values).reshape(shape).to(DEVICE)


def vector(count, seed):
    return tensor(uniform(count, seed), count)


def matrix(seed, rows, columns):
    return tensor(uniform(rows * columns, seed), rows, columns)


def parameter(seed, bound, *shape):
    """An array that every system starts from, as Parameter makes it."""
    return tensor(uniform(int(np.prod(shape)), seed, bound), *shape)


def weight(seed, fan_in, *shape):
    return parameter(seed, 1 / np.sqrt(fan_in), *shape)
