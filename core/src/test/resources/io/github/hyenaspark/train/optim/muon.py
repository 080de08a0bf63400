#!/usr/bin/env python3
"""Writes muon.json: what Muon makes of four matrices, in float64 and plain Python, from the formulas alone.

usage: muon.py > muon.json
Momentum 0.95 with Nesterov's look-ahead, five Newton-Schulz steps with Keller Jordan's coefficients, scale 0.2 sqrt(max(rows, columns)),
decoupled decay. Starts and gradients are sines of the element's number, so that a test can make them too."""
import json, math

STEPS, LR, DECAY, MU = 4, 0.05, 0.1, 0.95
A, B, C = 3.4445, -4.7750, 2.0315


def transpose(m):
    return [list(column) for column in zip(*m)]


def matmul(a, b):
    columns = transpose(b)
    return [[math.fsum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def combine(terms):
    rows, columns = len(terms[0][1]), len(terms[0][1][0])
    return [[math.fsum(f * m[i][j] for f, m in terms) for j in range(columns)] for i in range(rows)]


def newton_schulz(u):
    norm = math.sqrt(math.fsum(x * x for row in u for x in row)) + 1e-7
    x = [[value / norm for value in row] for row in u]
    tall = len(x) > len(x[0])
    x = transpose(x) if tall else x
    for _ in range(5):
        s = matmul(x, transpose(x))
        x = combine([(A, x), (1, matmul(combine([(B, s), (C, matmul(s, s))]), x))])
    return transpose(x) if tall else x


def start(rows, columns):
    return [[math.sin(1 + i * columns + j) for j in range(columns)] for i in range(rows)]


def gradient(rows, columns, step):
    return [[math.sin(0.7 * (i * columns + j) + 2.3 * step) / (1 + step) for j in range(columns)] for i in range(rows)]


cases = []
for rows, columns in ((4, 4), (6, 3), (3, 7), (1, 5)):
    w, m, after = start(rows, columns), [[0.0] * columns for _ in range(rows)], []
    for step in range(STEPS):
        g = gradient(rows, columns, step)
        m = combine([(MU, m), (1 - MU, g)])
        u = combine([(MU, m), (1 - MU, g)])
        scale = LR * 0.2 * math.sqrt(max(rows, columns))
        w = combine([(1 - LR * DECAY, w), (-scale, newton_schulz(u))])
        after.append([value for row in w for value in row])
    cases.append({"rows": rows, "columns": columns, "after": after})
print(json.dumps({"lr": LR, "weight_decay": DECAY, "cases": cases}))
