#!/usr/bin/env python3
"""The table of compare.sh, in Markdown.

    table.py conv|step                 its head
    table.py conv|step OURS THEIRS     one line, from two files with one JSON object per line
"""

import json
import statistics
import sys

PASSES = ["forward_ms", "gated_forward_ms", "forward_backward_ms", "gated_forward_backward_ms"]


def median(results, value):
    return statistics.median(value(result) for result in results)


def memory_beyond_base(result):
    return result["peak_rss_mib"] - result["base_rss_mib"]


def conv_head():
    passes = "forward / gated / forward+backward / gated f+b"
    return [
        "batch, channels, length",
        "threads, time",
        f"ours, ms: {passes}",
        "libtorch, ms: the same",
        "libtorch / ours",
        "largest relative error: ours, libtorch",
    ]


def conv_line(ours, theirs):
    mine = [median(ours, lambda result: result[name]) for name in PASSES]
    other = [median(theirs, lambda result: result[name]) for name in PASSES]
    errors = [max(result["max_relative_error"] for result in results) for results in (ours, theirs)]
    one = ours[0]
    return [
        f"{one['batch']}, {one['channels']}, {one['length']}",
        f"{one['threads']}, {one['time']}",
        " / ".join(f"{ms:.3g}" for ms in mine),
        " / ".join(f"{ms:.3g}" for ms in other),
        " / ".join(f"{b / a:.2f}" for a, b in zip(mine, other)),
        f"{errors[0]:.1e}, {errors[1]:.1e}",
    ]


def step_head():
    return [
        "width, layers, length, batch",
        "threads",
        "ours, tokens/s",
        "torch, tokens/s",
        "ours / torch",
        "torch / ours, CPU seconds",
        "ours, MiB beyond base",
        "torch, MiB beyond base",
        "ours / torch",
        "mixers: ours, torch; its BLAS",
    ]


def step_line(ours, theirs):
    speed, other_speed = (median(r, lambda result: result["tokens_per_second"]) for r in (ours, theirs))
    cpu, other_cpu = (median(r, lambda result: result["cpu_seconds"]) for r in (ours, theirs))
    memory, other_memory = (median(r, memory_beyond_base) for r in (ours, theirs))
    one = ours[0]
    return [
        f"{one['d_model']}, {one['n_layer']}, {one['length']}, {one['batch']}",
        str(one["threads"]),
        f"{speed:,.0f}",
        f"{other_speed:,.0f}",
        f"{speed / other_speed:.2f}",
        f"{other_cpu / cpu:.2f}",
        f"{memory:,.0f}",
        f"{other_memory:,.0f}",
        f"{memory / other_memory:.2f}",
        f"{one['mixer']}, {theirs[0]['mixer']}; {theirs[0]['blas']}",
    ]


def row(cells):
    return "| " + " | ".join(cells) + " |"


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main():
    kind, files = sys.argv[1], sys.argv[2:]
    if files:
        line = {"conv": conv_line, "step": step_line}[kind]
        print(row(line(*map(read, files))), flush=True)
    else:
        head = {"conv": conv_head, "step": step_head}[kind]()
        print(row(head) + "\n" + "|---" * len(head) + "|", flush=True)


if __name__ == "__main__":
    main()
