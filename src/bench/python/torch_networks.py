"""The products, convolutions and blocks of networks, as ClgradNetworks and TorchNetworks in Java do them.

A row is prepared to a function that does the work once, and one that makes of its result what is compared.
"""

import torch
import torch.nn.functional as F  # noqa: N812
from torch_inputs import DEVICE, parameter, weight

EPSILON = 1e-5
LEARNING_RATE = 0.01

# Batch, m, n and k of the float32 products, as Row has them.
PRODUCTS = {
    "sgemm-512": (1, 512, 512, 512),
    "sgemm-1024": (1, 1024, 1024, 1024),
    "sgemm-1024-tn": (1, 1024, 1024, 1024),
    "sgemm-2048": (1, 2048, 2048, 2048),
    "sgemm-tails": (1, 1000, 1003, 997),
    "gemv-4096": (1, 4096, 1, 4096),
    "bmm-64x128": (64, 128, 128, 64),
}

# Batch, channels in and out, size, kernel and groups, as Row has them.
CONVOLUTIONS = {
    "conv-3x3": (32, 16, 32, 28, 3, 1),
    "conv-1x1": (8, 64, 64, 28, 1, 1),
    "depthwise-3x3": (8, 64, 64, 28, 3, 64),
}


def agreed(results):
    """Workload.agreed: the mean logarithm of the root mean squares."""
    return torch.stack([result.detach().square().mean().log() / 2 for result in results]).mean()


def with_gradients(leaves, forward_and_backward):
    """Work that computes a result and all gradients; the check looks at all of them."""

    def once():
        for leaf in leaves:
            leaf.grad = None
        return forward_and_backward()

    return once, lambda result: agreed([result] + [leaf.grad for leaf in leaves])


def product(batch, m, n, k, transposed=False, dtype=torch.float32):
    batches = (batch,) if batch > 1 else ()
    stored = parameter(61, 1, *batches, *((k, m) if transposed else (m, k))).to(dtype)
    b = parameter(62, 1, *((k,) if n == 1 else (*batches, k, n))).to(dtype)
    a = stored.mT if transposed else stored
    return lambda: a @ b, lambda c: c.square()


def convolution(batch, channels, out, size, kernel, groups):
    x = parameter(63, 1, batch, channels, size, size).requires_grad_()
    w = parameter(64, 1, out, channels // groups, kernel, kernel).requires_grad_()
    b = parameter(65, 1, out).requires_grad_()
    dy = parameter(66, 1, batch, out, size, size)

    def forward_and_backward():
        y = F.conv2d(x, w, b, padding=kernel // 2, groups=groups)
        y.backward(dy)
        return y

    return with_gradients([x, w, b], forward_and_backward)


def resnet_block():
    batch, channels, size, momentum = 8, 64, 56, 0.1
    shape = (channels, channels, 3, 3)
    x = parameter(71, 1, batch, channels, size, size).requires_grad_()
    parameters = [
        weight(72, channels * 9, *shape),
        parameter(73, 1, channels),
        parameter(74, 1, channels),
        weight(75, channels * 9, *shape),
        parameter(76, 1, channels),
        parameter(77, 1, channels),
    ]
    w1, scale1, shift1, w2, scale2, shift2 = [p.requires_grad_() for p in parameters]
    means = [torch.zeros(channels, device=DEVICE) for _ in range(2)]
    variances = [torch.ones(channels, device=DEVICE) for _ in range(2)]
    optimizer = torch.optim.SGD(parameters, lr=LEARNING_RATE)

    def norm(x, scale, shift, layer):
        return F.batch_norm(x, means[layer], variances[layer], scale, shift, True, momentum, EPSILON)

    def step():
        inner = norm(F.conv2d(x, w1, padding=1), scale1, shift1, 0).relu()
        outer = norm(F.conv2d(inner, w2, padding=1), scale2, shift2, 1)
        loss = (outer + x).relu().square().mean()
        loss.backward()
        optimizer.step()
        return loss

    return with_gradients([*parameters, x], step)


def gpt_block():
    batch, tokens, features, heads = 4, 256, 256, 8
    hidden = 4 * features
    x = parameter(80, 1, batch, tokens, features).requires_grad_()
    dy = parameter(81, 1, batch, tokens, features)
    parameters = [
        parameter(82, 1, features),
        parameter(83, 1, features),
        weight(84, features, 3 * features, features),
        weight(85, features, 3 * features),
        weight(86, features, features, features),
        weight(87, features, features),
        parameter(88, 1, features),
        parameter(89, 1, features),
        weight(90, features, hidden, features),
        weight(91, features, hidden),
        weight(92, hidden, features, hidden),
        weight(93, hidden, features),
    ]
    scale1, shift1, wqkv, bqkv, wproj, bproj, scale2, shift2, w1, b1, w2, b2 = [p.requires_grad_() for p in parameters]

    def attention(queries_keys_values):
        q, k, v = (
            part.reshape(batch, tokens, heads, features // heads).transpose(1, 2)
            for part in queries_keys_values.split(features, 2)
        )
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return y.transpose(1, 2).reshape(batch, tokens, features)

    def forward_and_backward():
        normed = F.layer_norm(x, (features,), scale1, shift1, EPSILON)
        middle = x + F.linear(attention(F.linear(normed, wqkv, bqkv)), wproj, bproj)
        inner = F.linear(F.layer_norm(middle, (features,), scale2, shift2, EPSILON), w1, b1)
        y = middle + F.linear(F.gelu(inner, approximate="tanh"), w2, b2)
        y.backward(dy)
        return y

    return with_gradients([*parameters, x], forward_and_backward)


# Rows by their names; each is prepared when it is called.
PREPARE = {row: lambda sizes=sizes, row=row: product(*sizes, row.endswith("-tn")) for row, sizes in PRODUCTS.items()}
PREPARE["dgemm-1024"] = lambda: product(1, 1024, 1024, 1024, dtype=torch.float64)
PREPARE.update({row: lambda sizes=sizes: convolution(*sizes) for row, sizes in CONVOLUTIONS.items()})
PREPARE["resnet-block-step"] = resnet_block
PREPARE["gpt-block"] = gpt_block
