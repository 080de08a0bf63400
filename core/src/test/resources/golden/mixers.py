"""Golden values of the recurrent and the convolutional mixers, by PyTorch in float64: nn.RNN, nn.LSTM, nn.GRU and
F.conv1d, each between the projections that the mixers have.

Writes mixer-*.json beside itself, in the format that README.md describes, `kind: mixer`. Needs PyTorch 2.
"""
import json
import os

import torch
import torch.nn.functional as F
from torch import nn

BATCH, WIDTH = 2, 5


def array(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().reshape(-1).tolist()}


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.cell = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind](WIDTH, WIDTH, batch_first=True)
        self.out = nn.Linear(WIDTH, WIDTH)

    def names(self):
        return {
            "in.weight": self.cell.weight_ih_l0,
            "in.bias": self.cell.bias_ih_l0,
            "hidden.weight": self.cell.weight_hh_l0,
            "hidden.bias": self.cell.bias_hh_l0,
            "out.weight": self.out.weight,
            "out.bias": self.out.bias,
        }

    def forward(self, u):
        return self.out(self.cell(u)[0])


class Convolution(nn.Module):
    def __init__(self, taps):
        super().__init__()
        self.taps = taps
        self.into = nn.Linear(WIDTH, 2 * WIDTH)
        self.conv = nn.Conv1d(WIDTH, WIDTH, taps, groups=WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def names(self):
        return {
            "in.weight": self.into.weight,
            "in.bias": self.into.bias,
            "taps.weight": self.conv.weight,
            "taps.bias": self.conv.bias,
            "out.weight": self.out.weight,
            "out.bias": self.out.bias,
        }

    def forward(self, u):
        value, gate = self.into(u).transpose(1, 2).chunk(2, dim=1)
        filtered = F.conv1d(F.pad(value, (self.taps - 1, 0)), self.conv.weight, self.conv.bias, groups=WIDTH)
        return self.out((filtered * torch.sigmoid(gate)).transpose(1, 2))


def write(name, mixer, module, length, **config):
    u = torch.randn(BATCH, length, WIDTH, requires_grad=True)
    upstream = torch.randn(BATCH, length, WIDTH)
    y = module(u)
    y.backward(upstream)
    root = {
        "kind": "mixer",
        "mixer": mixer,
        "made_by": f"mixers.py with PyTorch {torch.__version__}, float64",
        "batch": BATCH,
        "length": length,
        "config": {"d_model": WIDTH, "l_max": length, **config},
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
torch.manual_seed(1997)
for kind in "rnn", "lstm", "gru":
    write(kind, kind, Recurrent(kind), 9)
for taps in 3, 17:
    write(f"conv-{taps}-taps", "conv", Convolution(taps), 21, taps=taps)
