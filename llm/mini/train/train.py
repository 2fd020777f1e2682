"""Trains the small model on rows of tokens and writes weights.bin and weights.json.

It runs on CUDA where there is a GPU, else on the CPU, in bfloat16. It saves a
checkpoint every few minutes and goes on from it when it is started again; with
--seconds it stops in time, after a decay phase that brings the rate to zero. What it
writes is the average of the last few hundred steps' weights.
"""

import argparse
import csv
import glob
import json
import os
import signal
import time

import numpy as np
import torch

import start
from model import PRESETS, Llama, rotation

LEARN = 1 << 15


def orthogonal(g):
    """The nearest orthogonal matrices, roughly: five Newton-Schulz steps (Muon).
    g: (matrices, rows, columns)."""
    x = (g / (g.norm(dim=(-2, -1), keepdim=True) + 1e-7)).bfloat16()
    tall = x.size(-2) > x.size(-1)
    if tall:
        x = x.mT
    for _ in range(5):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.mT if tall else x).type_as(g)


class Muon(torch.optim.Optimizer):
    """Momentum whose step is made orthogonal, for the matrices of the blocks. Those of
    one shape are a group and take the step together."""

    def __init__(self, params, lr, momentum=0.95, decay=0.01):
        shapes = {}
        for p in params:
            shapes.setdefault(p.shape, []).append(p)
        super().__init__([{"params": group} for group in shapes.values()], dict(lr=lr, momentum=momentum, decay=decay))
        self.orthogonal = orthogonal

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            params = group["params"]
            grad = torch.stack([p.grad for p in params])
            m = self.state[params[0]].setdefault("momentum", torch.zeros_like(grad))
            m.lerp_(grad, 1 - group["momentum"])
            u = self.orthogonal(grad.lerp(m, group["momentum"]))
            rows, columns = params[0].shape
            torch._foreach_mul_(params, 1 - group["lr"] * group["decay"])
            torch._foreach_add_(params, list(u.unbind()), alpha=-group["lr"] * max(1, rows / columns) ** 0.5)


class Rows:
    """Rows of tokens from the files that fit a pattern, each once, again from the start when
    there are no more. Files may be added while it reads. place and go_on are where it
    stands, for a checkpoint."""

    def __init__(self, pattern, row, seed):
        self.pattern, self.row, self.seed = pattern, row, seed
        self.used, self.read, self.rows, self.at = [], 0, np.zeros((0, row), np.uint16), 0

    def take(self, n):
        while self.at + n > len(self.rows):
            left = self.rows[self.at :]
            self.rows, self.at = np.concatenate((left, self.next())), 0
        self.at += n
        return self.rows[self.at - n : self.at]

    def next(self):
        while True:
            files = sorted(glob.glob(self.pattern))
            if not files:
                time.sleep(0.2)
                continue
            new = [f for f in files if f not in self.used]
            if not new:
                print("all data were used, again from the start", flush=True)
                self.used, new = [], files
            self.used.append(new[0])
            self.read += 1
            rows = np.fromfile(new[0], dtype="<u2").reshape(-1, self.row)
            return rows[np.random.default_rng((self.seed, self.read)).permutation(len(rows))]

    def place(self):
        return {"used": self.used, "read": self.read, "left": len(self.rows) - self.at}

    def go_on(self, place):
        self.used, self.read = place["used"][:-1], max(place["read"] - 1, 0)
        if place["used"]:
            self.rows = self.next()
            self.at = max(len(self.rows) - place["left"], 0)


def padded(a, n, value):
    """Fills up to a multiple of n, so that few sizes occur."""
    return np.concatenate((a, np.full(-len(a) % n, value, a.dtype)))


def batch(rows, size, begin, device):
    """Ids, and at the places where a token is to be learned next, these tokens; and where
    documents start."""
    b = rows.take(size)
    flat = b.reshape(-1)
    ids = (flat & (LEARN - 1)).astype(np.int64)
    where = np.flatnonzero(flat[1:] & LEARN)
    step = max(256, b.size // 4) if device == "cuda" else 256
    targets = padded(ids[1:][where], step, -100)
    where = padded(where, step, 0)
    starts = np.append(np.flatnonzero(ids == begin), len(ids)).astype(np.int32)
    starts = padded(starts, 512, len(ids))
    tensors = (torch.from_numpy(x) for x in (ids.reshape(b.shape), targets, where, starts))
    if device == "cuda":
        return [x.pin_memory().to(device, non_blocking=True) for x in tensors]
    return list(tensors)


def save(model, average, opts, rows, step, seen, path):
    state = {"model": model.state_dict(), "average": average, "opts": [o.state_dict() for o in opts], "rows": rows.place(), "step": step, "seen": seen}
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def export(s, average, out):
    """Writes float32 weights under GGUF's names, Q and K in GGUF's order of rows."""
    sd = {k: v.detach().float().cpu() for k, v in average.items()}
    tensors = []
    with open(os.path.join(out, "weights.bin"), "wb") as f:
        for to, src in start.names(s.layers):
            w = sd[src].bfloat16().float()  # so that half the file says all
            if "attn_q." in to or "attn_k." in to:  # halves rotate in PyTorch, neighbours in GGUF
                w = w.view(-1, 2, s.head_dim // 2, s.width).transpose(1, 2).reshape(-1, s.width)
            f.write(w.contiguous().numpy().astype("<f4").tobytes())
            tensors.append({"name": to, "shape": list(reversed(w.shape))})
    meta = {"layers": s.layers, "width": s.width, "heads": s.heads, "kv_heads": s.kv_heads, "ffn": s.ffn,
            "context": s.context, "rope_base": s.rope_base, "epsilon": s.epsilon, "tensors": tensors}
    with open(os.path.join(out, "weights.json"), "w") as f:
        json.dump(meta, f, indent=1)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--dir", default="out")
    p.add_argument("--data", default="data.bin", help="the file of rows in --dir, or a pattern of several")
    p.add_argument("--preset", default="cpu-2m", choices=PRESETS)
    p.add_argument("--row", type=int, default=640, help="tokens in a row of data.bin")
    p.add_argument("--batch", type=int, default=16, help="rows in a step")
    p.add_argument("--steps", type=int, default=100000)
    p.add_argument("--decay", type=float, default=0.2, help="part of the run in which the rate falls to zero")
    p.add_argument("--seconds", type=float, default=0, help="stop after this time, decay included; 0 runs all steps")
    p.add_argument("--pause", type=float, default=0, help="save and stop after this time, to go on later; 0 never")
    p.add_argument("--lr", type=float, default=0.02, help="of the blocks' matrices (Muon)")
    p.add_argument("--lr-embed", type=float, default=0.0015, help="of the embedding and the norms (AdamW)")
    p.add_argument("--save", type=float, default=120, help="seconds between checkpoints")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--start", default="", help="a GGUF file to train on, where there is no checkpoint yet")
    p.add_argument("--compile", action="store_true")
    a = p.parse_args()

    torch.manual_seed(a.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = Llama(PRESETS[a.preset]).to(device)
    rows = Rows(os.path.join(a.dir, a.data), a.row, a.seed)
    average = {n: w.detach().clone() for n, w in model.named_parameters()}
    blocks = [w for n, w in model.named_parameters() if w.ndim == 2 and n != "embed.weight"]
    others = [w for n, w in model.named_parameters() if w.ndim < 2 or n == "embed.weight"]
    opts = [Muon(blocks, a.lr), torch.optim.AdamW(others, lr=a.lr_embed, betas=(0.9, 0.97), eps=3e-5, weight_decay=0.0, fused=device == "cuda")]
    rates = [a.lr, a.lr_embed]
    step, seen, first, checkpoint = 0, 0, 0, os.path.join(a.dir, "checkpoint.pt")
    if a.start and not os.path.exists(checkpoint):
        start.checkpoint(a.start, PRESETS[a.preset], a.dir)
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint, map_location=device)
        model.load_state_dict(state["model"])
        saved = state.get("average", state["model"])
        average = {n: saved[n].to(device) for n in average}
        for o, s in zip(opts, state.get("opts", [])):
            o.load_state_dict(s)
        step, seen = state["step"], state["seen"]
        rows.go_on(state.get("rows", {"used": [], "read": 0, "left": 0}))
        if "opts" not in state:
            first = step  # the optimisers start anew, and slowly
    loss_of = torch.compile(model.loss) if a.compile else model.loss
    if a.compile:
        opts[0].orthogonal = torch.compile(orthogonal)
    cos, sin = rotation(model.s, a.row, device)
    begin = model.s.vocab - 256
    print(f"{sum(w.numel() for w in model.parameters())} parameters, {device}, from step {step}", flush=True)

    stop, losses = [], []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))  # save, then leave
    began = saved = time.time()
    log = open(os.path.join(a.dir, "loss.csv"), "a", newline="")
    out = csv.writer(log)
    while step < a.steps:
        now = time.time() - began
        done = max(step / a.steps, now / a.seconds if a.seconds else 0)
        if stop or done >= 1 or (a.pause and now > a.pause):
            break
        rate = min(1, (step - first + 1) / 50, (1 - done) / a.decay if a.decay else 1)
        for o, r in zip(opts, rates):
            for group in o.param_groups:
                group["lr"] = r * rate
        ids, targets, where, starts = batch(rows, a.batch, begin, device)
        with torch.autocast(device, dtype=torch.bfloat16):
            loss = loss_of(ids, targets, where, starts, cos, sin)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        for o in opts:
            o.step()
            o.zero_grad(set_to_none=True)
        torch._foreach_lerp_(list(average.values()), [w.detach() for w in model.parameters()], max(0.002, 1 / (step - first + 2)))
        step += 1
        seen += a.batch * a.row
        losses.append(loss.item())
        if step % 20 == 0:
            out.writerow([step, seen, f"{np.mean(losses[-20:]):.4f}", f"{time.time() - began:.1f}"])
            log.flush()
            print(f"step {step}  {seen / 1e6:.2f}M tokens  loss {np.mean(losses[-20:]):.4f}  rate {rate:.2f}  {time.time() - began:.0f} s", flush=True)
        if time.time() - saved > a.save:
            save(model, average, opts, rows, step, seen, checkpoint)
            saved = time.time()
    save(model, average, opts, rows, step, seen, checkpoint)
    export(model.s, average, a.dir)


if __name__ == "__main__":
    main()
