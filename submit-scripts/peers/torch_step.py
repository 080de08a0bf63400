#!/usr/bin/env python3
"""How fast PyTorch takes the training steps that `hyena bench step` measures; prints one JSON line.

    torch_step.py --d-model 128 --n-layer 4 --length 1024 --batch 16 --threads 2

A step is forward, backward, gradient clip and AdamW on random ids, in float32. One measurement per process.
Debian: apt-get install python3-torch libopenblas0-openmp. Without the second package its torch multiplies matrices with
the reference BLAS, many times slower; that is refused here, because it would compare nothing.
"""

import argparse
import json
import os
import statistics
import sys
import time

FEWEST, MOST, ENOUGH_SECONDS = 5, 15, 5.0
WARM_UP_STEPS = 3


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mixer", default="hyena", choices=["hyena", "attention", "rnn", "lstm", "gru"])
    parser.add_argument("--d-model", type=int, default=128)
    parser.add_argument("--n-layer", type=int, default=4)
    parser.add_argument("--length", type=int, default=1024)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--vocab", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=0, help="0: as many as fit in 5 seconds, at least 5, at most 15")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def memory_mib(name):
    """A line of /proc/self/status; getrusage would count the memory of the process that started this one."""
    with open("/proc/self/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(name + ":"))


def blas(torch):
    """The library of the matrix products; its folder tells the OpenMP build of OpenBLAS from the one with pthreads."""
    if torch.backends.mkl.is_available():
        return "mkl"
    with open("/proc/self/maps", encoding="utf-8") as maps:
        files = {line.split()[-1] for line in maps if "blas" in line or "blis" in line}
    fast = sorted("/".join(file.split("/")[-2:]) for file in files if "openblas" in file or "blis" in file)
    return fast[0] if fast else "reference"


def more(done, repeats, total):
    return done < repeats if repeats else done < FEWEST or (done < MOST and total < ENOUGH_SECONDS)


def main():
    args = arguments()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(args.threads)  # read when torch is imported
    try:
        import torch
        import hyena_torch
    except ImportError as e:
        sys.exit(f"torch_step.py: {e}; on Debian: apt-get install python3-torch libopenblas0-openmp")
    library = blas(torch)
    if library == "reference":
        sys.exit("torch_step.py: torch uses the reference BLAS; apt-get install libopenblas0-openmp")
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    base = memory_mib("VmRSS")

    model = hyena_torch.LanguageModel(
        hyena_torch.ModelConfig(args.vocab, args.d_model, args.n_layer, args.length, args.mixer)
    )
    groups = hyena_torch.parameter_groups(model, lr=2e-3, weight_decay=0.1, filter_lr=2e-3)
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-8)
    ids = torch.randint(0, args.vocab, (args.batch, args.length))
    targets = torch.randint(0, args.vocab, (args.batch, args.length))

    def step():
        loss = model.loss(ids, targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return float(loss.detach())

    for _ in range(WARM_UP_STEPS):
        step()
    seconds, loss = [], float("nan")
    cpu = time.process_time()
    while more(len(seconds), args.repeats, sum(seconds)):
        start = time.perf_counter()
        loss = step()
        seconds.append(time.perf_counter() - start)
    cpu = (time.process_time() - cpu) / len(seconds)
    tokens = args.batch * args.length
    result = {
        "mixer": args.mixer,
        "d_model": args.d_model,
        "n_layer": args.n_layer,
        "length": args.length,
        "batch": args.batch,
        "vocab": args.vocab,
        "threads": args.threads,
        "torch": torch.__version__,
        "blas": library,
        "parameters": sum(p.numel() for p in model.parameters()),
        "tokens_per_second": round(tokens / statistics.median(seconds), 1),
        "tokens_per_second_best": round(tokens / min(seconds), 1),
        "cpu_seconds": round(cpu, 4),
        "peak_rss_mib": round(memory_mib("VmHWM"), 2),
        "base_rss_mib": round(base, 2),
        "loss": round(loss, 4),
        "step_seconds": [round(s, 4) for s in seconds],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
