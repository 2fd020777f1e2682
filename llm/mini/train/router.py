"""Trains the router of the small model: how well a tool fits what somebody asks for.

    python router.py --dir OUT [--public DIR] [--steps 2000] | --golden FILE

The data are the written tools (`written/records.jsonl.gz`: what people say to each, what lacks an argument, what is near
and not for it) and, with --public, the first turns of conversations in choose.jsonl, slots.jsonl, sgd.jsonl and
taskmaster.jsonl of a folder. It writes router.bin and router.json; `train experts` puts them into a model file.

A word is the sum of the vectors of its features: itself, its pieces of three to five letters, and the pair with the
word before it. A tool's words are those of its name, description and parameters. The score is the cosine of the two
weighted means and the mean of the best cosine that each word of the request finds among the tool's (late interaction,
Khattab and Zaharia, ColBERT, 2020). package llm/expert computes the same:
--golden writes what weights by a rule say of some cases, which its tests compare.
"""

import argparse
import glob
import gzip
import hashlib
import json
import os
import random
import re
import time
import zlib

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
BUCKETS, FEATURES = 32768, 20  # a word's features are hashed into as many vectors; the most that one has
REQUEST, TOOL = 40, 56  # the most words
CAMEL = re.compile(r"([a-z])([A-Z])")
THOUSANDS = r"(?<![0-9])[1-9][0-9]{0,2}(?:[,.'’\u00a0\u202f][0-9]{3})+(?![0-9])"  # is one word, of its digits
WORD = re.compile(THOUSANDS + r"|\d+|[^\W\d_]+|[^\w\s]")


def words(text):
    found = WORD.findall(CAMEL.sub(r"\1 \2", text).replace("_", " ").lower())
    return [re.sub("[^0-9]", "", w) if re.fullmatch(THOUSANDS, w) else w for w in found]


def bucket(feature):
    return zlib.crc32(feature.encode()) % BUCKETS


def of_word(word, before):
    """The features of a word. Of a number only its length counts."""
    if word.isdigit():
        return [bucket("#"), bucket("#%d" % min(len(word), 5))]
    out, edged = [bucket("w:" + word), bucket("b:" + before + " " + word)], "<" + word + ">"
    for n in (3, 4, 5):
        out += [bucket("g:" + edged[i : i + n]) for i in range(len(edged) - n + 1)]
    return out[:FEATURES]


def of_request(text):
    w = words(text)[-REQUEST:]
    return [of_word(w[i], w[i - 1] if i else "") for i in range(len(w))], [0] * len(w)


def of_tool(tool):
    parts = [words(tool["name"]), words(tool["description"])[:24], []]
    for name, about in sorted(tool["parameters"].items())[:10]:
        parts[2] += words(name) + words(about)[:6]
    feats, kinds = [], []
    for kind, w in enumerate(parts):
        feats += [of_word(w[i], w[i - 1] if i else "") for i in range(len(w))]
        kinds += [kind] * len(w)
    return feats[:TOOL], kinds[:TOOL]


class Router(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.embd = nn.EmbeddingBag(BUCKETS, width, mode="sum")
        nn.init.normal_(self.embd.weight, std=0.15)
        self.weight = nn.EmbeddingBag(BUCKETS, 2, mode="sum")  # how much a word counts, in a request and in a tool
        nn.init.zeros_(self.weight.weight)
        self.kind = nn.Parameter(torch.tensor([0.5, 0.0, -0.5]))  # of a tool's words: name, description, parameters
        self.head = nn.Parameter(torch.tensor([-2.0, 6.0, 6.0]))  # the score's constant, of means, of words

    def encode(self, texts, side):
        n, most = len(texts), max(1, max(len(f) for f, _ in texts))
        flat, offsets, at = [], [], []
        for i, (feats, _) in enumerate(texts):
            for j, f in enumerate(feats):
                offsets.append(len(flat))
                flat += f
                at.append(i * most + j)
        flat, offsets = torch.tensor(flat), torch.tensor(offsets)
        counts = torch.diff(offsets, append=torch.tensor([len(flat)])).sqrt()[:, None]
        v, w = self.embd(flat, offsets) / counts, self.weight(flat, offsets)[:, side] / counts[:, 0]
        if side:
            w = w + self.kind[torch.tensor([k for _, kinds in texts for k in kinds])]
        at = torch.tensor(at)
        vecs = torch.zeros(n * most, v.shape[1]).index_copy(0, at, v).view(n, most, -1)
        weights = torch.full((n * most,), -1e4).index_copy(0, at, w).view(n, most)
        share = torch.softmax(weights, 1)
        return F.normalize((share[..., None] * vecs).sum(1), dim=-1), F.normalize(vecs, dim=-1), share, weights > -1e3

    def forward(self, requests, tools):
        mean, each, share, _ = self.encode(requests, 0)
        tmean, teach, _, there = self.encode(tools, 1)
        (b, i, d), (t, j, _) = each.shape, teach.shape
        sim = (each.reshape(b * i, d).bfloat16() @ teach.reshape(t * j, d).T.bfloat16()).view(b, i, t, j)
        best = sim.masked_fill(~there[None, None], -1).amax(3).float()
        return self.head[0] + self.head[1] * (mean @ tmean.T) + self.head[2] * (share[:, :, None] * best).sum(1)


def held(record):
    named = json.dumps(record.get("family") or record.get("name"))
    return int(hashlib.sha256(named.encode()).hexdigest(), 16) % 7 == 0


def filled(text, values, rnd):
    return re.sub(r"\{(\w+)\}", lambda m: str(rnd.choice(values[m.group(1)])) if values.get(m.group(1)) else m.group(0), text)


def read(public, rnd):
    """Returns tools and (text, tool, whether it is for it, held out); tool −1 is what is for no tool."""
    tools, said = [], []
    with gzip.open(os.path.join(HERE, "written", "records.jsonl.gz"), "rt", encoding="utf-8") as f:
        for r in map(json.loads, f):
            if r["kind"] == "small":
                said += [(u, -1, False, False) for u in ([r["user"]] if isinstance(r["user"], str) else r["user"])]
            if r["kind"] != "tool":
                continue
            h, i, values = held(r), len(tools), r.get("values", {})
            about = {k: v.partition(":")[2] for k, v in r.get("parameters", {}).items()}
            tools.append({"name": r["name"], "description": r.get("description", ""), "parameters": about, "family": r.get("family"), "held": h})
            texts = [q[0] for q in r["requests"]] * 2 + [q[0] for l in r.get("lang", {}).values() for q in l] + [m[0] for m in r.get("missing", [])]
            said += [(filled(t, values, rnd), i, True, h) for t in texts] + [(filled(t, values, rnd), i, False, h) for t in r.get("near", [])]
    written = len(said)
    for name in ("choose", "slots", "sgd", "taskmaster") if public else ():
        known = {}
        for path in glob.glob(os.path.join(public, name + ".jsonl")):
            for line in open(path, encoding="utf-8"):
                c = json.loads(line)
                for t in c["tools"]:
                    if t["name"] not in known:
                        known[t["name"]] = len(tools)
                        props = t["parameters"].get("properties", {})
                        tools.append({"name": t["name"], "description": t["description"], "parameters": {k: v.get("description") or "" for k, v in props.items()}, "family": name, "held": False})
                asked = None
                for m in c["messages"]:
                    if m["role"] == "assistant" and asked and m.get("calls") and m["calls"][0]["name"] in known:
                        said.append((asked, known[m["calls"][0]["name"]], True, False))
                    asked = m["content"] if m["role"] == "user" else None
    return tools, said, written


def evaluate(m, tools, said, feats):
    """The held-out records: the right tool among six, and how well what is near is told from what is for a tool."""
    rnd = random.Random(5)
    ids = [i for i, t in enumerate(tools) if t["held"]]
    place = {t: k for k, t in enumerate(ids)}
    yes, no = ([s for s in said if s[3] and s[2] == w] for w in (True, False))
    yes, no = rnd.sample(yes, min(600, len(yes))), rnd.sample(no, min(400, len(no)))
    with torch.no_grad():
        encoded = [feats[i] for i in ids]
        scores = [torch.cat([m([of_request(s[0])], encoded) for s in part]) for part in (yes, no)]
    hits = 0
    for k, s in enumerate(yes):
        six = [place[s[1]], *rnd.sample(range(len(ids)), 5)]
        hits += max(six, key=lambda q: scores[0][k, q].item()) == six[0]
    a = torch.tensor([scores[0][k, place[s[1]]] for k, s in enumerate(yes)])
    b = torch.tensor([scores[1][k, place[s[1]]] for k, s in enumerate(no)])
    return hits / len(yes), (a[:, None] > b[None]).float().mean().item()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--dir")
    p.add_argument("--public")
    p.add_argument("--steps", type=int, default=2000)
    p.add_argument("--width", type=int, default=48)
    p.add_argument("--batch", type=int, default=112)
    p.add_argument("--lr", type=float, default=0.006)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--golden")
    a = p.parse_args()
    if a.golden:
        return golden(a.golden)
    if not a.dir:
        p.error("want --dir")
    rnd = random.Random(a.seed)
    torch.manual_seed(a.seed)
    tools, said, written = read(a.public, rnd)
    feats = [of_tool(t) for t in tools]
    families = {}
    for i, t in enumerate(tools):
        if t["family"] and not t["held"]:
            families.setdefault(t["family"], []).append(i)
    parts = [s for s in said[:written] if not s[3]], said[written:]
    m = Router(a.width)
    opt = torch.optim.AdamW(m.parameters(), lr=a.lr, weight_decay=1e-4, betas=(0.9, 0.99))
    began, cache = time.time(), {}
    for step in range(a.steps):
        batch = rnd.sample(parts[0], a.batch * 6 // 10) + rnd.sample(parts[1], a.batch * 4 // 10) if parts[1] else rnd.sample(parts[0], a.batch)
        ids = [s[1] for s in batch if s[1] >= 0]
        ids += [rnd.choice(families[f]) for f in (tools[i]["family"] for i in list(ids)) if f]
        ids = list(dict.fromkeys(ids))[: a.batch * 5 // 4]
        place = {i: k for k, i in enumerate(ids)}
        names = [tools[i]["name"] for i in ids]
        requests = []
        for s in batch:
            if s[0] not in cache:
                cache[s[0]] = of_request(s[0])
            requests.append(cache[s[0]])
        score = m(requests, [feats[i] for i in ids])
        want, weight = torch.zeros_like(score), torch.ones_like(score)
        right = torch.full((len(batch),), -1)
        for k, s in enumerate(batch):
            if s[1] in place:
                for q, name in enumerate(names):
                    if name == tools[s[1]]["name"]:
                        weight[k, q] = 0  # another tool of that name may do as well
                want[k, place[s[1]]], weight[k, place[s[1]]] = float(s[2]), 12
                if s[2]:
                    right[k] = place[s[1]]
        binary = (F.binary_cross_entropy_with_logits(score, want, reduction="none") * weight).sum() / weight.sum()
        choice = F.cross_entropy(score.masked_fill(weight == 0, -1e4), right, ignore_index=-1)
        loss = 4 * binary + choice
        for g in opt.param_groups:
            g["lr"] = a.lr * min(1, (step + 1) / 50) * max(0.02, 1 - step / a.steps)
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 100 == 99 or step + 1 == a.steps:
            right_tool, auc = evaluate(m, tools, said, feats) if step % 500 == 499 or step + 1 == a.steps else (0, 0)
            print(f"{step + 1} {time.time() - began:.0f} s: binary {binary:.3f}, choice {choice:.3f}; held out: among six {right_tool:.3f}, near {auc:.3f}", flush=True)
            save(m, a)


# What both say of must be the same in Python and in Go: texts of several scripts, long ones, numbers, identifiers.
GOLDEN = [
    ("What's the weather in Paris?", {"name": "get_weather", "description": "Get the current weather for a city", "parameters": {"city": ""}}),
    ("delete notes.txt", {"name": "readFile", "description": "Read a file", "parameters": {"path": "of the file", "fromLine": ""}}),
    ("Wie spät ist es in Zürich-Höngg?", {"name": "get_time", "description": "Current time in a place", "parameters": {"place": "a city or 1 of 24 zones"}}),
    ("where's 1,043, or 1.204.500 of 10,500.75?", {"name": "find_order", "description": "Finds one of 2,000 orders", "parameters": {"number": "e.g. 1,042"}}),
    ("ลบรายการที่ 12 ให้หน่อย", {"name": "remove_item2", "description": "", "parameters": {}}),
    ("well " * 45 + "send 12,50 € to #1042", {"name": "transferMoney", "description": "Sends money. " * 20, "parameters": {c: "what it is, in a few more words than are read" for c in "abcdefghijkl"}}),
]


def by_rule(t):
    """Fills a tensor with numbers that Go can make as well."""
    i = torch.arange(t.numel(), dtype=torch.int64)
    t.copy_(((i * 2654435761 + 12345) % (1 << 32)).double().div(1 << 32).sub(0.5).float().view_as(t))


def golden(path):
    m, out = Router(48), []
    with torch.no_grad():
        by_rule(m.embd.weight)
        by_rule(flat := torch.empty(2, BUCKETS))
        m.weight.weight.copy_(flat.T)
        for text, tool in GOLDEN:
            out.append({"asked": text, "tool": tool, "score": m([of_request(text)], [of_tool(tool)]).item()})
    with open(path, "w", encoding="utf-8") as f:
        json.dump(out, f, ensure_ascii=False, indent=1)


def save(m, a):
    os.makedirs(a.dir, exist_ok=True)
    tensors = {"router.embd": m.embd.weight, "router.weight": m.weight.weight.T}
    with open(os.path.join(a.dir, "router.bin"), "wb") as f:
        for t in tensors.values():
            f.write(t.detach().contiguous().numpy().astype(np.float32).tobytes())
    with open(os.path.join(a.dir, "router.json"), "w") as f:
        json.dump({"kind": m.kind.tolist(), "head": m.head.tolist(), "tensors": [{"name": n, "shape": list(t.shape[::-1])} for n, t in tensors.items()]}, f)


if __name__ == "__main__":
    main()
