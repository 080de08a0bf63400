"""Golden values of H3 and of the filter kinds of the Hyena operator, in float64, written from docs/mixers.md.

H3 runs as the recurrence that it is, one step after the other; the Hyena operator sums its convolutions directly.
Writes mixer-h3*.json and op-filter-*.json beside itself, in the format that README.md describes. Needs PyTorch 2.
"""
import json
import math
import os

import torch

BATCH = 2


def array(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().reshape(-1).tolist()}


def parameter(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).requires_grad_()


def poles(p, name):
    """A, C and the step of every model, with the poles of S4D-Lin disturbed."""
    step = torch.exp(p[name + "log-step"])[:, None]
    a = torch.complex(-torch.exp(p[name + "log-decay"]), p[name + "frequency"])
    out = torch.complex(p[name + "output"][:, 0], p[name + "output"][:, 1])
    return a, out, step


def state_space_parameters(name, models, states):
    half = states // 2
    log_step = torch.empty(models).uniform_(math.log(0.001), math.log(0.1))
    frequency = math.pi * torch.arange(half).repeat(models, 1) + 0.1 * torch.randn(models, half)
    return {
        name + "log-step": log_step.requires_grad_(),
        name + "log-decay": (math.log(0.5) + 0.1 * torch.randn(models, half)).requires_grad_(),
        name + "frequency": frequency.requires_grad_(),
        name + "output": parameter(models, 2, half),
    }


class H3:
    def __init__(self, width, states, head_dim):
        self.width, self.head_dim = width, head_dim
        heads = width // head_dim
        self.p = {
            "in.weight": parameter(3 * width, width, scale=width**-0.5),
            "in.bias": parameter(3 * width, scale=0.3),
            "shift.taps": parameter(width, states, scale=states**-0.5),
            "shift.direct": parameter(width),
            **state_space_parameters("diagonal.", heads, states),
            "diagonal.direct": parameter(heads),
            "out.weight": parameter(width, width, scale=width**-0.5),
            "out.bias": parameter(width, scale=0.3),
        }

    def __call__(self, u):
        p, c = self.p, self.head_dim
        heads = self.width // c
        taps = p["shift.taps"]
        a, out, step = poles(p, "diagonal.")
        transition = torch.exp(step * a)  # of every pole, for one step
        drive = (transition - 1) / a
        memory = torch.zeros(BATCH, self.width, taps.shape[1])
        state = torch.zeros(BATCH, heads, c, c, a.shape[1], dtype=torch.complex128)
        outputs = []
        for t in range(u.shape[1]):
            q, k, v = (u[:, t] @ p["in.weight"].T + p["in.bias"]).split(self.width, dim=1)
            memory = torch.cat([k[:, :, None], memory[:, :, :-1]], dim=2)  # the shift
            shifted = (taps * memory).sum(2) + p["shift.direct"] * k
            product = shifted.view(BATCH, heads, c, 1) * v.view(BATCH, heads, 1, c)
            state = transition[:, None, None] * state + drive[:, None, None] * product[..., None]
            response = 2 * (out[:, None, None] * state).sum(-1).real
            response = response + p["diagonal.direct"][:, None, None] * product
            y = (q.view(BATCH, heads, c, 1) * response).sum(2).reshape(BATCH, self.width)
            outputs.append(y @ p["out.weight"].T + p["out.bias"])
        return torch.stack(outputs, dim=1)


class Hyena:
    def __init__(self, width, order, heads, l_max, kind, size):
        self.width, self.order, self.heads, self.l_max, self.kind = width, order, heads, l_max, kind
        self.filters = (order - 1) * width // heads
        projections = (order + 1) * width
        self.p = {
            "in.weight": parameter(projections, width, scale=width**-0.5),
            "in.bias": parameter(projections, scale=0.3),
            "short.weight": parameter(projections, 3, scale=0.6),
            "short.bias": parameter(projections, scale=0.3),
            **getattr(self, kind + "_parameters")(**size),
            "filter.direct": parameter(self.filters),
            "out.weight": parameter(width, width, scale=width**-0.5),
            "out.bias": parameter(width, scale=0.3),
        }

    def explicit_parameters(self):
        return {"filter.taps": parameter(self.filters, self.l_max, scale=0.3)}

    def explicit(self, t):
        return self.p["filter.taps"][:, t]

    def fourier_parameters(self, filter_modes):
        return {"filter.spectrum": torch.rand(self.filters, 2, filter_modes).requires_grad_()}

    def fourier(self, t):
        """By PyTorch's own inverse transform: modes that are not parameters are zero."""
        spectrum = torch.complex(self.p["filter.spectrum"][:, 0], self.p["filter.spectrum"][:, 1])
        return torch.fft.irfft(spectrum, n=self.l_max)[:, t]

    def state_space_parameters(self, filter_states):
        return state_space_parameters("filter.", self.filters, filter_states)

    def state_space(self, t):
        a, out, step = poles(self.p, "filter.")
        powers = torch.exp((step * a)[:, :, None] * t)
        return 2 * ((out * (torch.exp(step * a) - 1) / a)[:, :, None] * powers).sum(1).real

    def ckconv_parameters(self, filter_width, filter_hidden_layers, sin_freq):
        self.layers, self.omega = filter_hidden_layers, sin_freq
        parameters = {}
        for layer in range(filter_hidden_layers + 1):
            inputs = 1 if layer == 0 else filter_width
            scale = 0.6 if layer == 0 else 1.4 / sin_freq / inputs**0.5
            parameters[f"filter.{layer}.weight"] = parameter(filter_width, inputs, scale=scale)
            parameters[f"filter.{layer}.bias"] = parameter(filter_width, scale=0.6)
        parameters["filter.out.weight"] = parameter(self.filters, filter_width, scale=0.1)
        parameters["filter.out.bias"] = parameter(self.filters, scale=0.1)
        return parameters

    def ckconv(self, t):
        a = (-1 + 2 * t / (self.l_max - 1))[:, None]
        for layer in range(self.layers + 1):
            q = a @ self.p[f"filter.{layer}.weight"].T + self.p[f"filter.{layer}.bias"]
            a = torch.sin(self.omega * q)
        return (a @ self.p["filter.out.weight"].T + self.p["filter.out.bias"]).T

    def __call__(self, u):
        length, c = u.shape[1], self.width // self.heads
        t = torch.arange(length)
        h = getattr(self, self.kind)(t if self.kind in ("explicit", "fourier") else t.double())
        x = u @ self.p["in.weight"].T + self.p["in.bias"]
        delayed = [torch.cat([torch.zeros(BATCH, lag, x.shape[2]), x[:, : length - lag]], dim=1) for lag in range(3)]
        x = sum(delayed[lag] * self.p["short.weight"][:, 2 - lag] for lag in range(3)) + self.p["short.bias"]
        x = x.view(BATCH, length, self.heads, self.order + 1, c)
        value = x[..., self.order, :]
        for r in range(self.order - 1):
            gated = value * x[..., self.order - 1 - r, :]
            number = torch.arange(c) * (self.order - 1) + r
            value = self.p["filter.direct"][number] * gated + torch.stack(
                [sum(h[number, lag] * gated[:, now - lag] for lag in range(now + 1)) for now in range(length)], dim=1
            )
        y = (value * x[..., 0, :]).reshape(BATCH, length, self.width)
        return y @ self.p["out.weight"].T + self.p["out.bias"]


def write(name, map, length, config, **root):
    u = torch.randn(BATCH, length, map.width, requires_grad=True)
    upstream = torch.randn(BATCH, length, map.width)
    y = map(u)
    y.backward(upstream)
    root.update({
        "made_by": f"h3_and_filters.py with PyTorch {torch.__version__}, float64",
        "batch": BATCH,
        "length": length,
        "config": {"d_model": map.width, **config},
        "parameters": [{"name": key, "values": array(p), "grad": array(p.grad)} for key, p in map.p.items()],
        "input": array(u),
        "upstream_gradient": array(upstream),
        "output": array(y),
        "input_gradient": array(u.grad),
    })
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".json"), "w") as file:
        json.dump(root, file)
        file.write("\n")


def write_filter(kind, length, order=2, heads=1, l_max=24, width=6, **size):
    config = {"l_max": l_max, "order": order, "num_heads": heads, "filter_kind": kind, **size}
    write(f"op-filter-{kind.replace('_', '-')}", Hyena(width, order, heads, l_max, kind, size), length, config,
          kind="operator")


def write_h3(name, length, width, states, head_dim):
    config = {"l_max": length, "states": states, "head_dim": head_dim}
    write(name, H3(width, states, head_dim), length, config, kind="mixer", mixer="h3")


torch.set_default_dtype(torch.float64)
torch.manual_seed(2022)
write_h3("mixer-h3", 21, width=5, states=8, head_dim=1)
write_h3("mixer-h3-heads", 17, width=6, states=32, head_dim=3)
write_filter("explicit", 19)
write_filter("fourier", 24, filter_modes=5)
write_filter("state_space", 23, order=3, heads=2, filter_states=8)
write_filter("ckconv", 24, filter_width=8, filter_hidden_layers=1, sin_freq=9.0)
