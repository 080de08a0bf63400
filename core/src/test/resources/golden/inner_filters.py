"""Golden values of Hyena-SE and Hyena-MR in float64, written from docs/mixers.md with PyTorch's own convolution.

Writes mixer-hyena-*.json beside itself, in the format that README.md describes, `kind: mixer`. Needs PyTorch 2.
"""
import json
import os

import torch
import torch.nn.functional as F
from torch import nn

BATCH, WIDTH = 2, 6


def array(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().reshape(-1).tolist()}


def causal(x, taps, bias=None):
    """x: B×C×L; taps: C×K, the present first."""
    channels, count = taps.shape
    return F.conv1d(F.pad(x, (count - 1, 0)), taps.flip(1)[:, None], bias, groups=channels)


class Hyena(nn.Module):
    def __init__(self, kind, taps, group, order=2, heads=1, short=3):
        super().__init__()
        self.kind, self.group, self.order, self.heads = kind, group, order, heads
        self.size = WIDTH // heads  # channels of a head
        self.into = nn.Linear(WIDTH, (order + 1) * WIDTH)
        self.short = nn.Conv1d((order + 1) * WIDTH, (order + 1) * WIDTH, short, groups=(order + 1) * WIDTH)
        rows = self.size // group * (order - 1)
        scale = taps**-0.5
        self.taps = nn.Parameter(
            torch.empty(rows, taps).uniform_(-scale, scale) if kind == "se" else scale * torch.randn(rows, taps)
        )
        self.direct = nn.Parameter(torch.randn(self.size * (order - 1)))
        self.out = nn.Linear(WIDTH, WIDTH)

    def names(self):
        return {
            "in.weight": self.into.weight,
            "in.bias": self.into.bias,
            "short.weight": self.short.weight,
            "short.bias": self.short.bias,
            "filter.taps": self.taps,
            "filter.direct": self.direct,
            "out.weight": self.out.weight,
            "out.bias": self.out.bias,
        }

    def filters(self):
        """h, channels of a head × (N−1) × K."""
        h = self.taps
        if self.kind == "mr":
            decay = torch.logspace(0, 2, h.shape[0]) if h.shape[0] > 1 else torch.ones(1)
            h = h * torch.exp(-decay[:, None] * torch.linspace(0, 1, h.shape[1]))
        return h.view(self.size // self.group, self.order - 1, -1).repeat_interleave(self.group, dim=0)

    def forward(self, u):
        batch, length, _ = u.shape
        x = causal(self.into(u).transpose(1, 2), self.short.weight[:, 0].flip(1), self.short.bias)
        x = x.view(batch * self.heads, self.order + 1, self.size, length)
        h, direct = self.filters(), self.direct.view(self.size, self.order - 1)
        value = x[:, self.order]
        for r in range(self.order - 1):
            gated = value * x[:, self.order - 1 - r]
            value = causal(gated, h[:, r]) + direct[:, r, None] * gated
        y = (value * x[:, 0]).view(batch, WIDTH, length)
        return self.out(y.transpose(1, 2))


def write(name, length, l_max, kind, taps, **config):
    module = Hyena(kind, taps, **config)
    u = torch.randn(BATCH, length, WIDTH, requires_grad=True)
    upstream = torch.randn(BATCH, length, WIDTH)
    y = module(u)
    y.backward(upstream)
    root = {
        "kind": "mixer",
        "mixer": f"hyena-{kind}",
        "made_by": f"inner_filters.py with PyTorch {torch.__version__}, float64",
        "batch": BATCH,
        "length": length,
        "config": {
            "d_model": WIDTH,
            "l_max": l_max,
            "order": module.order,
            "num_heads": module.heads,
            "taps": taps,
            "group": module.group,
        },
        "parameters": [
            {"name": key, "values": array(p), "grad": array(p.grad)} for key, p in module.names().items()
        ],
        "input": array(u),
        "upstream_gradient": array(upstream),
        "output": array(y),
        "input_gradient": array(u.grad),
    }
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), f"mixer-{name}.json"), "w") as file:
        json.dump(root, file)
        file.write("\n")


torch.set_default_dtype(torch.float64)
torch.manual_seed(2503)
write("hyena-se", 21, 24, "se", 7, group=1)
write("hyena-se-groups", 18, 18, "se", 4, group=3, order=3)
write("hyena-mr", 40, 40, "mr", 32, group=1)
write("hyena-mr-groups", 19, 24, "mr", 23, group=3, order=3, heads=2)
