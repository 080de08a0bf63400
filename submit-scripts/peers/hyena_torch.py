"""The language model that this project trains, written in PyTorch: the same parameters, the same functions.

A decoder of pre-norm blocks whose mixer is the Hyena operator (arXiv 2302.10866), causal attention or a recurrent
network. Activations are (batch, time, width); inside the operator time is the last axis. Only what the comparison
needs: one head, no dropout.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass
class ModelConfig:
    vocab_size: int
    d_model: int
    n_layer: int
    l_max: int
    mixer: str = "hyena"  # or attention, with learned positions and heads of 64 channels; or rnn, lstm, gru
    order: int = 2  # N gates and N-1 long filters
    short_len: int = 3
    filter_width: int = 64
    filter_emb: int = 33
    filter_hidden_layers: int = 2
    sin_freq: float = 14.0
    fast_decay_pct: float = 0.3
    slow_decay_pct: float = 1.5
    decay_target: float = 1e-2
    init_std: float = 0.02


def smooth_size(n: int) -> int:
    """The least even number of at least n without prime factors but 2, 3 and 5: what FFTs are fast at."""
    size = n + (n & 1)
    while True:
        rest = size
        for p in (2, 3, 5):
            while rest % p == 0:
                rest //= p
        if rest == 1:
            return size
        size += 2


class CausalConvolution(torch.autograd.Function):
    """y[b, c, t] = sum over s <= t of h[c, s] x[b, c, t - s]; keeps the spectra for the backward pass."""

    @staticmethod
    def forward(ctx, x: Tensor, h: Tensor) -> Tensor:
        length = x.shape[-1]
        size = smooth_size(max(2, 2 * length - 1))
        x_spectrum = torch.fft.rfft(x, n=size)
        h_spectrum = torch.fft.rfft(h, n=size)
        ctx.save_for_backward(x_spectrum, h_spectrum)
        ctx.length, ctx.size = length, size
        return torch.fft.irfft(x_spectrum * h_spectrum, n=size)[..., :length]

    @staticmethod
    def backward(ctx, gradient: Tensor):
        x_spectrum, h_spectrum = ctx.saved_tensors
        spectrum = torch.fft.rfft(gradient, n=ctx.size)
        of_x = torch.fft.irfft(spectrum * h_spectrum.conj(), n=ctx.size)[..., : ctx.length]
        of_h = torch.fft.irfft((spectrum * x_spectrum.conj()).sum(dim=0), n=ctx.size)[..., : ctx.length]
        return of_x, of_h


def position_features(l_max: int, emb: int) -> Tensor:
    """(l_max, emb): the time from 0 to 1, then cosines, then minus sines of evenly spaced frequencies."""
    bands = (emb - 1) // 2
    i = torch.arange(l_max, dtype=torch.float32)
    frequencies = torch.linspace(1e-4, float(bands - 1), bands) if bands > 1 else torch.tensor([1e-4])
    phase = (2.0 * math.pi * i / l_max)[:, None] * frequencies[None, :]
    return torch.cat([(i / max(1, l_max - 1))[:, None], torch.cos(phase), -torch.sin(phase)], dim=1)


class ImplicitFilter(nn.Module):
    """The filter network, from positions to the long filters (time, filters), with its decay window."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        filters = (config.order - 1) * config.d_model
        self.positions = nn.Parameter(position_features(config.l_max, config.filter_emb))
        sizes = [config.filter_emb] + [config.filter_width] * (config.filter_hidden_layers + 1)
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.frequency = nn.Parameter(torch.full((config.filter_width,), config.sin_freq))
        self.out = nn.Linear(config.filter_width, filters, bias=False)
        self.direct = nn.Parameter(torch.randn(filters))
        slow = math.log(config.decay_target) / config.slow_decay_pct
        fast = math.log(config.decay_target) / config.fast_decay_pct
        self.register_buffer("rates", torch.linspace(slow, fast, filters).abs(), persistent=False)
        time = torch.arange(config.l_max, dtype=torch.float32) / max(1, config.l_max - 1)
        self.register_buffer("time", time, persistent=False)

    def forward(self, length: int) -> Tensor:
        a = self.positions[:length]
        for layer in self.layers:
            a = torch.sin(self.frequency * layer(a))
        return self.out(a) * torch.exp(-self.time[:length, None] * self.rates[None, :])


class Hyena(nn.Module):
    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        channels = (config.order + 1) * config.d_model
        self.in_proj = nn.Linear(config.d_model, channels)
        bound = 1.0 / math.sqrt(config.short_len)
        self.short_weight = nn.Parameter(torch.empty(channels, 1, config.short_len).uniform_(-bound, bound))
        self.short_bias = nn.Parameter(torch.empty(channels).uniform_(-bound, bound))
        self.filter = ImplicitFilter(config)
        self.out_proj = nn.Linear(config.d_model, config.d_model)

    def forward(self, u: Tensor) -> Tensor:
        order, width, length = self.config.order, self.config.d_model, u.shape[1]
        dense = F.pad(self.in_proj(u).transpose(1, 2), (self.config.short_len - 1, 0))
        projections = F.conv1d(dense, self.short_weight, self.short_bias, groups=dense.shape[1])
        *gates, v = projections.split(width, dim=1)
        h = self.filter(length).reshape(length, width, order - 1).permute(2, 1, 0).contiguous()
        direct = self.filter.direct.reshape(width, order - 1).t()
        for r in range(order - 1):
            w = v * gates[order - 1 - r]
            v = CausalConvolution.apply(w, h[r]) + direct[r][:, None] * w
        return self.out_proj((v * gates[0]).transpose(1, 2))


class Attention(nn.Module):
    def __init__(self, d_model: int):
        super().__init__()
        self.heads = max(1, d_model // 64)
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, u: Tensor) -> Tensor:
        b, t, d = u.shape
        q, k, v = self.qkv(u).reshape(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out_proj(y.transpose(1, 2).reshape(b, t, d))


class Recurrent(nn.Module):
    def __init__(self, kind: str, d_model: int):
        super().__init__()
        self.cell = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind](d_model, d_model, batch_first=True)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, u: Tensor) -> Tensor:
        return self.out_proj(self.cell(u)[0])


def mixer_of(config: ModelConfig) -> nn.Module:
    if config.mixer == "hyena":
        return Hyena(config)
    return Attention(config.d_model) if config.mixer == "attention" else Recurrent(config.mixer, config.d_model)


class Block(nn.Module):
    def __init__(self, config: ModelConfig):
        super().__init__()
        d = config.d_model
        self.norm1 = nn.LayerNorm(d)
        self.mixer = mixer_of(config)
        self.norm2 = nn.LayerNorm(d)
        self.fc1 = nn.Linear(d, 4 * d)
        self.fc2 = nn.Linear(4 * d, d)

    def forward(self, r: Tensor) -> Tensor:
        r = r + self.mixer(self.norm1(r))
        return r + self.fc2(F.gelu(self.fc1(self.norm2(r)), approximate="tanh"))


class LanguageModel(nn.Module):
    """Embedding, blocks, norm, and logits by the embedding's own weights."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.embedding = nn.Embedding(config.vocab_size, config.d_model)
        self.positions = nn.Embedding(config.l_max, config.d_model) if config.mixer == "attention" else None
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layer))
        self.norm = nn.LayerNorm(config.d_model)
        self.reset_parameters(config)

    def reset_parameters(self, config: ModelConfig):
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=config.init_std)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)
        for block in self.blocks:
            for last in (block.mixer.out_proj, block.fc2):
                nn.init.normal_(last.weight, std=config.init_std / math.sqrt(2 * config.n_layer))

    def loss(self, ids: Tensor, targets: Tensor) -> Tensor:
        r = self.embedding(ids)
        if self.positions is not None:
            r = r + self.positions.weight[: ids.shape[1]]
        for block in self.blocks:
            r = block(r)
        logits = F.linear(self.norm(r), self.embedding.weight)
        return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1))


def parameter_groups(model: nn.Module, lr: float, weight_decay: float, filter_lr: float) -> list[dict]:
    """The filters are trained at a rate of their own and without decay."""
    filters = [p for name, p in model.named_parameters() if ".filter." in name]
    base = [p for name, p in model.named_parameters() if ".filter." not in name]
    groups = [dict(params=base, lr=lr, weight_decay=weight_decay)]
    return groups + ([dict(params=filters, lr=filter_lr, weight_decay=0.0)] if filters else [])
