"""Trains the small model on rows of tokens and writes weights.bin and weights.json.

It runs on CUDA where there is a GPU, else on the CPU, in bfloat16. It saves a
checkpoint every few minutes and goes on from it when it is started again; with
--seconds it stops in time, after a decay phase that brings the rate to zero.
"""

import argparse
import csv
import json
import os
import signal
import time

import numpy as np
import torch

from model import PRESETS, Llama, rotation

LEARN = 1 << 15


def orthogonal(g):
    """The nearest orthogonal matrix, roughly: five Newton-Schulz steps (Muon)."""
    x = (g / (g.norm() + 1e-7)).bfloat16()
    tall = x.size(0) > x.size(1)
    if tall:
        x = x.T
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.T if tall else x).type_as(g)


class Muon(torch.optim.Optimizer):
    """Momentum whose step is made orthogonal, for the matrices of the blocks."""

    def __init__(self, params, lr, momentum=0.95, decay=0.01):
        super().__init__(params, dict(lr=lr, momentum=momentum, decay=decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("momentum", torch.zeros_like(p))
                m.lerp_(p.grad, 1 - group["momentum"])
                u = orthogonal(p.grad.lerp(m, group["momentum"]))
                p.mul_(1 - group["lr"] * group["decay"])
                p.add_(u, alpha=-group["lr"] * max(1, p.size(0) / p.size(1)) ** 0.5)


def batch(rows, step, size, device):
    """Rows are taken in order, again from the start when they run out."""
    at = (np.arange(size) + step * size) % len(rows)
    b = torch.from_numpy(rows[at].astype(np.int32))
    ids = (b & (LEARN - 1)).long()
    where = torch.nonzero((b[:, 1:] & LEARN).reshape(-1)).squeeze(1)
    return ids[:, :-1].to(device), ids[:, 1:].to(device), where.to(device)


def save(model, opts, step, seen, path):
    state = {"model": model.state_dict(), "opts": [o.state_dict() for o in opts], "step": step, "seen": seen}
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def export(model, out):
    """Writes float32 weights under GGUF's names, Q and K in GGUF's order of rows."""
    s, sd = model.s, {k: v.detach().float().cpu() for k, v in model.state_dict().items()}
    names = [("token_embd.weight", "embed.weight"), ("output_norm.weight", "norm.weight")]
    for l in range(s.layers):
        for to, src in (("attn_norm", "attn_norm"), ("attn_q", "q"), ("attn_k", "k"), ("attn_v", "v"), ("attn_output", "o"),
                        ("ffn_norm", "ffn_norm"), ("ffn_gate", "gate"), ("ffn_up", "up"), ("ffn_down", "down")):
            names.append((f"blk.{l}.{to}.weight", f"layers.{l}.{src}.weight"))
    tensors = []
    with open(os.path.join(out, "weights.bin"), "wb") as f:
        for to, src in names:
            w = sd[src]
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
    p.add_argument("--data", default="data.bin", help="the file of rows in --dir")
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
    p.add_argument("--compile", action="store_true")
    a = p.parse_args()

    torch.manual_seed(a.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = Llama(PRESETS[a.preset]).to(device)
    rows = np.memmap(os.path.join(a.dir, a.data), dtype="<u2", mode="r").reshape(-1, a.row)
    blocks = [w for n, w in model.named_parameters() if w.ndim == 2 and n != "embed.weight"]
    others = [w for n, w in model.named_parameters() if w.ndim < 2 or n == "embed.weight"]
    opts = [Muon(blocks, a.lr), torch.optim.AdamW(others, lr=a.lr_embed, betas=(0.9, 0.97), eps=3e-5, weight_decay=0.0)]
    rates = [a.lr, a.lr_embed]
    step, seen, checkpoint = 0, 0, os.path.join(a.dir, "checkpoint.pt")
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint, map_location=device)
        model.load_state_dict(state["model"])
        for o, s in zip(opts, state["opts"]):
            o.load_state_dict(s)
        step, seen = state["step"], state["seen"]
    loss_of = torch.compile(model.loss) if a.compile else model.loss
    cos, sin = rotation(model.s, a.row - 1, device)
    print(f"{sum(w.numel() for w in model.parameters())} parameters, {rows.size} tokens, {device}, from step {step}", flush=True)

    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))  # save, then leave
    start = saved = time.time()
    log = open(os.path.join(a.dir, "loss.csv"), "a", newline="")
    out = csv.writer(log)
    while step < a.steps:
        now = time.time() - start
        done = max(step / a.steps, now / a.seconds if a.seconds else 0)
        if stop or done >= 1 or (a.pause and now > a.pause):
            break
        rate = min(1, (step + 1) / 50, (1 - done) / a.decay if a.decay else 1)
        for o, r in zip(opts, rates):
            o.param_groups[0]["lr"] = r * rate
        ids, targets, where = batch(rows, step, a.batch, device)
        with torch.autocast(device, dtype=torch.bfloat16):
            loss = loss_of(ids, targets, where, cos, sin)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        for o in opts:
            o.step()
            o.zero_grad(set_to_none=True)
        step += 1
        seen += a.batch * a.row
        if step % 20 == 0:
            out.writerow([step, seen, f"{loss.item():.4f}", f"{time.time() - start:.1f}"])
            log.flush()
            print(f"step {step}  {seen / 1e6:.2f}M tokens  loss {loss.item():.4f}  rate {rate:.2f}  {time.time() - start:.0f} s", flush=True)
        if time.time() - saved > a.save:
            save(model, opts, step, seen, checkpoint)
            saved = time.time()
    save(model, opts, step, seen, checkpoint)
    export(model, a.dir)


if __name__ == "__main__":
    main()
