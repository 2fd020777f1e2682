"""Trains the extractor of the small model: which words of a request are the value of a tool's parameter.

    python spans.py --dir OUT [--public DIR] [--steps 2500] | --golden FILE

The data are the calls of router.py's whose arguments stand in the request as they are: strings without an enumeration,
and numbers. It writes spans.bin and spans.json; `train experts` puts them into a model file.

A word is the sum of the vectors of its features, as the router's; two convolutions read it with its neighbours; a
parameter is the mean of its name's and description's words and the mean of its tool's. A word's scores as the first and
as the last of the value, or as that of none, are what a hidden layer makes of both (the spans of extractive reading:
Seo and others, Bidirectional Attention Flow, 2017). package llm/expert computes the same.
"""

import argparse
import glob
import gzip
import json
import os
import random
import re
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from router import GOLDEN, HERE, by_rule, held, of_word, words

ROWS, EMBED, HIDDEN = 16384, 32, 64
REQUEST, PARAMETER, TOOL = 40, 12, 24


def of_words(w):
    return [[f % ROWS for f in of_word(w[i], w[i - 1] if i else "")] for i in range(len(w))]


def place(text, value):
    """First and last word of a value that stands in the text once as it is, else None."""
    value = str(value).lower().strip()
    low = text.lower()
    if value.isdigit() and value not in low:
        value = f"{int(value):,}"
    v = re.escape(value)
    found = list(re.finditer(r"(?<!\w)" + v + r"(?!\w)", low))
    if not value or not found or len(found) > 1 and not value.isdigit():
        return None
    w, v = words(text[: found[0].start()]), words(text[found[0].start() : found[0].end()])
    return (len(w), len(w) + len(v) - 1) if v and len(w) + len(v) <= REQUEST else None


def read(public, rnd):
    """Returns (words of the request, of the parameter, of the tool, first, last, held out); −1 is no value."""
    out = []

    def add(text, args, name, about, params, h):
        w = words(text)
        if not w or len(w) > REQUEST:
            return
        for p, (kind, described) in params.items():
            if kind not in ("string", "number", "integer"):
                continue
            value = args.get(p)
            if isinstance(value, (bool, list, dict)):
                continue
            at = (-1, -1) if value is None else place(text, value)
            if at is not None and (at[0] >= 0 or rnd.random() < 0.5):
                out.append((w, (words(p) + words(described))[:PARAMETER], (words(name) + words(about))[:TOOL], at[0], at[1], h))

    with gzip.open(os.path.join(HERE, "written", "records.jsonl.gz"), "rt", encoding="utf-8") as f:
        for r in map(json.loads, f):
            if r["kind"] != "tool":
                continue
            params = {k: (v.partition(":")[0].rstrip("!"), v.partition(":")[2]) for k, v in r.get("parameters", {}).items()}
            for q in r["requests"] * 3 + [q for l in r.get("lang", {}).values() for q in l] * 2:
                drawn = {k: rnd.choice(v) for k, v in r.get("values", {}).items() if v}
                text = re.sub(r"\{(\w+)\}", lambda m: str(drawn.get(m.group(1), m.group(0))), q[0])
                args = {k: drawn.get(v[1:-1], v) if isinstance(v, str) and re.fullmatch(r"\{\w+\}", v) else v for k, v in q[1].items()}
                add(text, args, r["name"], r.get("description", ""), params, held(r))
    for path in (p for n in ("slots", "sgd", "taskmaster") for p in glob.glob(os.path.join(public or "", n + ".jsonl")) if public):
        for line in open(path, encoding="utf-8"):
            c = json.loads(line)
            declared = {t["name"]: t for t in c["tools"]}
            asked = None
            for m in c["messages"]:
                if m["role"] == "assistant" and asked and m.get("calls") and m["calls"][0]["name"] in declared:
                    t, args = declared[m["calls"][0]["name"]], m["calls"][0]["arguments"]
                    props = t["parameters"].get("properties", {})
                    params = {k: ("enum" if "enum" in v else v.get("type"), v.get("description") or "") for k, v in props.items() if k in args or rnd.random() < 0.2}
                    add(asked, args, t["name"], t["description"], params, False)
                asked = m["content"] if m["role"] == "user" else None
    return out


class Spans(nn.Module):
    def __init__(self):
        super().__init__()
        self.embd = nn.EmbeddingBag(ROWS, EMBED, mode="sum")
        nn.init.normal_(self.embd.weight, std=0.2)
        self.conv1 = nn.Conv1d(EMBED, HIDDEN, 5, padding=2)
        self.conv2 = nn.Conv1d(HIDDEN, HIDDEN, 5, padding=2)
        self.asked = nn.Linear(2 * EMBED, HIDDEN)
        self.like = nn.Parameter(torch.zeros(2, HIDDEN))  # of a word's likeness to the parameter and to the tool
        self.hidden = nn.Linear(3 * HIDDEN, HIDDEN)
        self.ends = nn.Linear(HIDDEN, 2)
        self.none = nn.Linear(HIDDEN, 2)

    def vectors(self, texts, most):
        flat, offsets, at = [], [], []
        for i, w in enumerate(texts):
            for j, f in enumerate(w[:most]):
                offsets.append(len(flat))
                flat += f
                at.append(i * most + j)
        flat, offsets, at = torch.tensor(flat), torch.tensor(offsets), torch.tensor(at)
        v = self.embd(flat, offsets) / torch.diff(offsets, append=torch.tensor([len(flat)])).sqrt()[:, None]
        out = torch.zeros(len(texts) * most, EMBED).index_copy(0, at, v).view(len(texts), most, EMBED)
        there = torch.zeros(len(texts) * most).index_fill(0, at, 1.0).view(len(texts), most)
        return out, there

    def forward(self, batch):
        most = max(len(b[0]) for b in batch)
        x, there = self.vectors([b[0] for b in batch], most)
        p, pm = self.vectors([b[1] for b in batch], PARAMETER)
        t, tm = self.vectors([b[2] for b in batch], TOOL)
        mean = lambda v, m: v.sum(1) / m.sum(1, keepdim=True).clamp(min=1)
        ask = self.asked(torch.cat([mean(p, pm), mean(t, tm)], 1))
        unit = lambda v: F.normalize(v, dim=-1)
        like = [torch.bmm(unit(x), unit(v).transpose(1, 2)).amax(2).clamp(min=0) for v in (p, t)]
        h = F.relu(self.conv1(x.transpose(1, 2))) * there[:, None]
        h = F.relu(self.conv2(h)).transpose(1, 2) + like[0][..., None] * self.like[0] + like[1][..., None] * self.like[1]
        a = ask[:, None].expand_as(h)
        g = F.relu(self.hidden(torch.cat([h, a, h * a], 2)))
        scores = self.ends(g).masked_fill(there[..., None] == 0, -1e4)
        return torch.cat([self.none(F.relu(ask))[:, None], scores], 1)  # batch × (none, words) × (first, last)


def evaluate(m, cases):
    hit = n = 0
    with torch.no_grad():
        for k in range(0, len(cases), 200):
            part = cases[k : k + 200]
            s = m(part)
            for i, c in enumerate(part):
                first, last = s[i, :, 0], s[i, :, 1]
                best = max(((i1, j1) for i1 in range(1, len(c[0]) + 1) for j1 in range(i1, min(i1 + 16, len(c[0]) + 1))), key=lambda q: (first[q[0]] + last[q[1]]).item())
                if c[3] >= 0:
                    n += 1
                    hit += best == (c[3] + 1, c[4] + 1)
    return hit / max(n, 1)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--dir")
    p.add_argument("--public")
    p.add_argument("--steps", type=int, default=2500)
    p.add_argument("--batch", type=int, default=160)
    p.add_argument("--lr", type=float, default=0.004)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--golden")
    a = p.parse_args()
    if a.golden:
        return golden(a.golden)
    if not a.dir:
        p.error("want --dir")
    rnd = random.Random(a.seed)
    torch.manual_seed(a.seed)
    known = {}

    def cached(w):
        key = tuple(w)
        if key not in known:
            known[key] = of_words(w)
        return known[key]

    cases = read(a.public, rnd)
    print(len(cases), "values", flush=True)
    train = [c for c in cases if not c[5]]
    out = rnd.sample([c for c in cases if c[5]], 600)
    out = [(cached(c[0]), cached(c[1]), cached(c[2]), *c[3:]) for c in out]
    m = Spans()
    opt = torch.optim.AdamW(m.parameters(), lr=a.lr, weight_decay=1e-4, betas=(0.9, 0.99))
    began = time.time()
    for step in range(a.steps):
        batch = [(cached(c[0]), cached(c[1]), cached(c[2]), *c[3:]) for c in rnd.sample(train, a.batch)]
        s = m(batch)
        first, last = (torch.tensor([c[k] + 1 for c in batch]) for k in (3, 4))
        loss = F.cross_entropy(s[:, :, 0], first) + F.cross_entropy(s[:, :, 1], last)
        for g in opt.param_groups:
            g["lr"] = a.lr * min(1, (step + 1) / 50) * max(0.02, 1 - step / a.steps)
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 200 == 199 or step + 1 == a.steps:
            print(f"{step + 1} {time.time() - began:.0f} s: loss {loss:.3f}; held out {evaluate(m, out):.3f}", flush=True)
            save(m, a)


NAMES = {
    "embd.weight": "spans.embd", "conv1.weight": "spans.conv1", "conv1.bias": "spans.conv1.bias", "conv2.weight": "spans.conv2", "conv2.bias": "spans.conv2.bias", "asked.weight": "spans.asked",
    "asked.bias": "spans.asked.bias", "like": "spans.like", "hidden.weight": "spans.hidden", "hidden.bias": "spans.hidden.bias", "ends.weight": "spans.ends", "ends.bias": "spans.ends.bias", "none.weight": "spans.none", "none.bias": "spans.none.bias",
}


def save(m, a):
    os.makedirs(a.dir, exist_ok=True)
    state, tensors = m.state_dict(), []
    with open(os.path.join(a.dir, "spans.bin"), "wb") as f:
        for k, n in NAMES.items():
            t = state[k].detach()
            if t.dim() == 3:
                t = t.permute(0, 2, 1).reshape(t.shape[0], -1)  # out × (place, in)
            f.write(t.contiguous().numpy().astype(np.float32).tobytes())
            tensors.append({"name": n, "shape": list(t.shape[::-1])})
    with open(os.path.join(a.dir, "spans.json"), "w") as f:
        json.dump({"tensors": tensors}, f)


def golden(path):
    """Writes what weights by a rule say of router.py's cases, of the tool's first parameter."""
    m, out = Spans(), []
    with torch.no_grad():
        for k in NAMES:
            t = m.state_dict()[k]
            flat = torch.empty(t.shape if t.dim() < 3 else (t.shape[0], t.shape[2], t.shape[1]))
            by_rule(flat)
            t.copy_(flat if t.dim() < 3 else flat.permute(0, 2, 1))
        for text, tool in GOLDEN:
            w = words(text)
            for name, about in sorted(tool["parameters"].items())[:1] if len(w) <= REQUEST else ():
                s = m([(of_words(w), of_words((words(name) + words(about))[:PARAMETER]), of_words((words(tool["name"]) + words(tool["description"]))[:TOOL]))])
                s = torch.log_softmax(s[0], 0)
                best = max((s[i, 0] + s[j, 1]).item() for i in range(1, len(w) + 1) for j in range(i, min(i + 16, len(w) + 1)))
                out.append({"asked": text, "tool": tool, "parameter": name, "best": best})
    with open(path, "w", encoding="utf-8") as f:
        json.dump(out, f, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
