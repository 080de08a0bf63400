#!/usr/bin/env python3
"""Golden values of causal attention by PyTorch in float64: its own scaled_dot_product_attention and nn.Linear.

    python3 make_attention.py        writes attention-*.json beside itself

Rotary positions are written out from section 3.2.2 of arXiv 2104.09864: channels 2i and 2i+1 of every head's queries
and keys are turned by t * 10000^(-2i/c). Debian: apt-get install python3-torch.
"""

import json
import pathlib

import torch
import torch.nn.functional as F


def turn(x):
    """(batch, heads, time, c): every pair of channels as a complex number, turned by the angle of its step."""
    length, c = x.shape[-2:]
    theta = torch.tensor([10000.0 ** (-2 * i / c) for i in range(c // 2)], dtype=torch.float64)
    angle = torch.arange(length, dtype=torch.float64)[:, None] * theta
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = torch.stack([even * angle.cos() - odd * angle.sin(), even * angle.sin() + odd * angle.cos()], dim=-1)
    return turned.flatten(-2)


class Attention(torch.nn.Module):
    def __init__(self, d_model, heads, rotary):
        super().__init__()
        self.heads, self.rotary = heads, rotary
        self.in_proj = torch.nn.Linear(d_model, 3 * d_model)
        self.out_proj = torch.nn.Linear(d_model, d_model)

    def forward(self, u):
        b, t, d = u.shape
        q, k, v = self.in_proj(u).reshape(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        if self.rotary:
            q, k = turn(q), turn(k)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out_proj(y.transpose(1, 2).reshape(b, t, d))


def array(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().flatten().tolist()}


def write(name, d_model, heads, rotary, batch, length, seed):
    torch.manual_seed(seed)
    module = Attention(d_model, heads, rotary)
    for parameter in module.parameters():  # five digits, exact in the file
        parameter.data = (parameter.data * 2).round(decimals=5)
    u = torch.randn(batch, length, d_model).round(decimals=5).requires_grad_()
    upstream = torch.randn(batch, length, d_model).round(decimals=5)
    output = module(u)
    output.backward(upstream)
    root = {
        "format": "attention-golden-1",
        "kind": "mixer",
        "mixer": "attention",
        "name": name,
        "dtype": "float64",
        "torch": torch.__version__,
        "config": {"d_model": d_model, "l_max": length, "heads": heads, "rotary": rotary},
        "batch": batch,
        "length": length,
        "parameters": [
            {"name": n, "values": p.flatten().tolist(), "shape": list(p.shape), "grad": p.grad.flatten().tolist()}
            for n, p in module.named_parameters()
        ],
        "input": array(u),
        "upstream_gradient": array(upstream),
        "output": array(output),
        "input_gradient": array(u.grad),
    }
    path = pathlib.Path(__file__).parent / f"{name}.json"
    path.write_text(json.dumps(root, separators=(",", ":")) + "\n", encoding="utf-8")


def main():
    torch.set_default_dtype(torch.float64)
    write("attention-1-two-heads", 8, 2, False, 2, 37, 1)
    write("attention-2-rotary", 8, 2, True, 2, 37, 2)


if __name__ == "__main__":
    main()
