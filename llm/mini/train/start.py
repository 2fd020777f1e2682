"""Makes a trainer's checkpoint and vocab.json of a GGUF file in F32 or Q8_0, to train it on."""

import json
import os
import struct

import numpy as np
import torch

FORMATS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
STRING, ARRAY, F32, Q8_0 = 8, 9, 0, 8


class Reader:
    """Reads GGUF's header from bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form):
        (v,) = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return v

    def string(self):
        n = self.number("<Q")
        self.at += n
        return self.data[self.at - n : self.at].decode("utf-8", "replace")

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            of = self.number("<I")
            return [self.value(of) for _ in range(self.number("<Q"))]
        return self.number(FORMATS[kind])


def load(path):
    """Returns the file's metadata and its tensors as float32, by name."""
    r = Reader(open(path, "rb").read())
    r.at = 8
    tensors, pairs = r.number("<Q"), r.number("<Q")
    meta = {}
    for _ in range(pairs):
        key = r.string()
        meta[key] = r.value(r.number("<I"))
    infos = []
    for _ in range(tensors):
        name = r.string()
        shape = [r.number("<Q") for _ in range(r.number("<I"))]
        infos.append((name, shape, r.number("<I"), r.number("<Q")))
    align = meta.get("general.alignment", 32)
    base = (r.at + align - 1) // align * align
    out = {}
    for name, shape, kind, offset in infos:
        n = int(np.prod(shape))
        if kind == F32:
            x = np.frombuffer(r.data, "<f4", n, base + offset)
        elif kind == Q8_0:
            blocks = np.frombuffer(r.data, np.uint8, n // 32 * 34, base + offset).reshape(-1, 34)
            x = (blocks[:, :2].copy().view("<f2").astype(np.float32) * blocks[:, 2:].view(np.int8)).reshape(-1)
        else:
            raise SystemExit(f"{path}: tensor {name} has type {kind}, want F32 or Q8_0")
        out[name] = torch.from_numpy(np.array(x, np.float32)).view(*reversed(shape))
    return meta, out


def names(layers):
    """Pairs of GGUF's and the trainer's names, in GGUF's order."""
    out = [("token_embd.weight", "embed.weight"), ("output_norm.weight", "norm.weight")]
    for l in range(layers):
        for to, src in (("attn_norm", "attn_norm"), ("attn_q", "q"), ("attn_k", "k"), ("attn_v", "v"), ("attn_output", "o"),
                        ("ffn_norm", "ffn_norm"), ("ffn_gate", "gate"), ("ffn_up", "up"), ("ffn_down", "down")):
            out.append((f"blk.{l}.{to}.weight", f"layers.{l}.{src}.weight"))
    return out


def checkpoint(path, shape, folder):
    """Writes checkpoint.pt and vocab.json. Neighbours rotate in GGUF, halves in PyTorch."""
    meta, tensors = load(path)
    weights = {}
    for name, to in names(shape.layers):
        w = tensors[name]
        if "attn_q." in name or "attn_k." in name:
            w = w.view(-1, shape.head_dim // 2, 2, shape.width).transpose(1, 2).reshape(-1, shape.width)
        weights[to] = w
    tokens = meta["tokenizer.ggml.tokens"]
    vocab = {"tokens": tokens, "merges": meta["tokenizer.ggml.merges"], "text": len(tokens) - 256}
    with open(os.path.join(folder, "vocab.json"), "w") as f:
        json.dump(vocab, f, ensure_ascii=False)
    torch.save({"model": weights, "average": weights, "step": 0, "seen": 0}, os.path.join(folder, "checkpoint.pt"))
