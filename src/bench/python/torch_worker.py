"""PyTorch on a GPU, or the GPU's limit of copying, as a process of the benchmark.

torch_worker.py torch-gpu|torch-gpu-tf32|limit-gpu [step]

It speaks the protocol of dev.clgrad.bench.Worker, does the same rows with the same inputs (Inputs, Sizes and Products
in Java), and times them the same way: a run ends when the device has done everything. Products of matrices are
float32 and not TF32, but for torch-gpu-tf32. BENCH_TORCH_DEVICE=cpu tests the worker where there is no GPU.
"""

import os
import sys
import time

START = time.perf_counter_ns()

import numpy as np  # noqa: E402 - the clock of a first step runs while these are loaded
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402, N812

# No folder of compiled modules beside the sources.
sys.dont_write_bytecode = True
import torch_networks  # noqa: E402
from torch_inputs import DEVICE, matrix, mixed_to_32, seeds, tensor, uniform, vector  # noqa: E402

MARK = "@bench "
TF32 = "torch-gpu-tf32"

LARGE = 16 << 20
ROWS, COLUMNS = 4096, 1024
MEDIUM = ROWS * COLUMNS
BATCH = 128
LAYERS = [784, 512, 512, 10]
EPSILON = 1e-5
LEARNING_RATE = 0.01

# What a row has to read and write at least, as Row says: half of it is copied.
BYTES = {
    "add-16m": 3 * LARGE * 4,
    "chain-4m": 2 * MEDIUM * 4,
    "chain-4m-backward": 4 * MEDIUM * 4,
    "sum-16m": LARGE * 4,
    "softmax-4096x1024": 2 * MEDIUM * 4,
    "layernorm-backward": 4 * MEDIUM * 4,
    "gemv-4096": 4096 * 4096 * 4,
}

# Of a warm-up, as in Worker.
GROUPS = 4
PATIENCE = 4
STILL_QUICKER = 0.95


class Missing(Exception):
    """A row that the system cannot do."""


# --- rows: a function that does the work once, and one that makes of its result what is compared ---


def labels():
    """A class for each image of the batch: nextInt(bound), whose rejected draws are drawn again."""
    bound = LAYERS[-1]
    chosen = []
    for drawn in mixed_to_32(seeds(4 * BATCH, 2)):
        u = int(drawn) & 0xFFFFFFFF
        u >>= 1
        if u + bound - 1 - u % bound < 1 << 31:
            chosen.append(u % bound)
        if len(chosen) == BATCH:
            break
    return np.array(chosen, dtype=np.int64)


def chain(x):
    return x.mul(0.5).add(1).mul(x).tanh().square().sub(x)


def chain_backward():
    x = vector(MEDIUM, 1).requires_grad_()
    dy = vector(MEDIUM, 2)

    def once():
        x.grad = None
        chain(x).backward(dy)
        return x.grad

    return once


def layer_norm():
    x = matrix(1, ROWS, COLUMNS).requires_grad_()
    dy = matrix(2, ROWS, COLUMNS)
    weight = vector(COLUMNS, 3).requires_grad_()
    bias = vector(COLUMNS, 4).requires_grad_()

    def once():
        x.grad = weight.grad = bias.grad = None
        F.layer_norm(x, (COLUMNS,), weight, bias, EPSILON).backward(dy)
        return x.grad

    return once, lambda dx: dx.square().sum() + weight.grad.sum() + bias.grad.sum()


def perceptron():
    images = tensor(uniform(BATCH * LAYERS[0], 1), BATCH, LAYERS[0])
    targets = torch.from_numpy(labels()).to(DEVICE)
    modules = []
    for i in range(len(LAYERS) - 1):
        fan_in, out = LAYERS[i], LAYERS[i + 1]
        layer = torch.nn.Linear(fan_in, out, device=DEVICE)
        bound = 1 / np.sqrt(fan_in)
        with torch.no_grad():
            layer.weight.copy_(tensor(uniform(fan_in * out, 10 + i, bound), out, fan_in))
            layer.bias.copy_(tensor(uniform(out, 20 + i, bound), out))
        modules += [layer, torch.nn.ReLU()]
    model = torch.nn.Sequential(*modules[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)

    def once():
        loss = F.cross_entropy(model(images), targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return once


def products():
    count = len(LAYERS) - 1
    inputs = [matrix(30 + i, BATCH, LAYERS[i]) for i in range(count)]
    weights = [matrix(40 + i, LAYERS[i + 1], LAYERS[i]) for i in range(count)]
    gradients = [matrix(50 + i, BATCH, LAYERS[i + 1]) for i in range(count)]

    def once():
        for x, w in zip(inputs, weights):
            x @ w.t()
        for i in range(count - 1, 0, -1):
            gradients[i] @ weights[i]
            gradients[i].t() @ inputs[i]
        return gradients[0].t() @ inputs[0]

    return once, lambda last: last.square()


def scalar_tape():
    x = torch.tensor(3.0, device=DEVICE, requires_grad=True)

    def once():
        x.grad = None
        (x.pow(2).mul(3).add(x.mul(4)).add(2)).backward()
        return x.grad

    return once


def prepare_torch(row):
    if row == "add-16m":
        a, b = vector(LARGE, 1), vector(LARGE, 2)
        return lambda: a.add(b)
    if row == "chain-4m":
        x = vector(MEDIUM, 1)
        return lambda: chain(x)
    if row == "chain-4m-backward":
        return chain_backward()
    if row == "sum-16m":
        a = vector(LARGE, 1)
        return lambda: a.sum()
    if row == "softmax-4096x1024":
        x = matrix(1, ROWS, COLUMNS)
        return lambda: x.softmax(1), lambda y: y.narrow(1, 0, 1)
    if row == "layernorm-backward":
        return layer_norm()
    if row in ("mlp-step", "mlp-replay"):
        return perceptron()
    if row == "mlp-products":
        return products()
    if row == "scalar-tape":
        return scalar_tape()
    if row in torch_networks.PREPARE:
        return torch_networks.PREPARE[row]()
    raise Missing("no " + row)


def prepare_tf32(row):
    if row not in torch_networks.PRODUCTS:
        raise Missing("only products of float32")
    return prepare_torch(row)


def prepare_limit(row):
    if row not in BYTES:
        raise Missing("no limit of bytes")
    source = vector(BYTES[row] // 2 // 4, 1)
    target = torch.empty_like(source)
    target.zero_()
    return lambda: target.copy_(source), lambda result: torch.tensor(float("nan"))


PREPARE = {"torch-gpu": prepare_torch, TF32: prepare_tf32, "limit-gpu": prepare_limit}


# --- the protocol ---


def synchronize():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


class Workload:
    """A row's work, prepared."""

    def __init__(self, system, row):
        prepared = PREPARE[system](row)
        self.once, self.checked = prepared if isinstance(prepared, tuple) else (prepared, lambda y: y)

    def run(self):
        self.once()
        synchronize()

    def check(self):
        result = self.once()
        with torch.no_grad():
            return float(self.checked(result).float().mean())

    def group(self, nanos):
        """Nanoseconds of a run, from as many as fill the time, or one."""
        start = now = time.perf_counter_ns()
        runs = 0
        while now - start < nanos:
            self.run()
            runs += 1
            now = time.perf_counter_ns()
        return (now - start) / runs

    def warm(self, seconds):
        """Runs for the time given, and longer while runs still get quicker."""
        start = time.perf_counter_ns()
        best = float("inf")
        while True:
            each = self.group(seconds * 1e9 / GROUPS)
            spent = time.perf_counter_ns() - start
            if spent >= PATIENCE * seconds * 1e9:
                return max(1, int(each))
            if spent >= seconds * 1e9 and each > STILL_QUICKER * best:
                return max(1, int(each))
            best = min(best, each)

    def time(self, count):
        start = time.perf_counter_ns()
        for _ in range(count):
            self.run()
        return (time.perf_counter_ns() - start) / count


def version(system):
    name = torch.cuda.get_device_name(DEVICE) if DEVICE.type == "cuda" else "the CPU"
    what = "copies by PyTorch" if system == "limit-gpu" else "PyTorch"
    products = "with" if system == TF32 else "without"
    return f"{what} {torch.__version__}, CUDA {torch.version.cuda}, on {name}, eager, float32 {products} TF32"


def answer(text):
    ANSWERS.write(MARK + text + "\n")
    ANSWERS.flush()


def serve(system):
    workload = None
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "version":
                answer("ok " + version(system))
            elif words[0] == "prepare":
                workload = Workload(system, words[1])
                answer(f"ok {workload.check()!r}".replace("nan", "NaN"))
            elif workload is None:
                answer("missing nothing is prepared")
            elif words[0] == "warm":
                answer(f"ok {workload.warm(float(words[1]))}")
            else:
                answer(f"ok {workload.time(int(words[1])):.1f} -1")
        except Missing as e:
            answer(f"missing {e}")


def main():
    system = sys.argv[1]
    # float32 by default: PyTorch's own default for products, but not for convolutions.
    torch.backends.cuda.matmul.allow_tf32 = system == TF32
    torch.backends.cudnn.allow_tf32 = False
    if len(sys.argv) == 2:
        serve(system)
        return
    try:
        loss = Workload(system, "mlp-step").check()
        answer(f"ok {time.perf_counter_ns() - START} {loss!r}")
    except Missing as e:
        answer(f"missing {e}")


if __name__ == "__main__":
    # What libraries print must not come between the answers.
    ANSWERS = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    main()
