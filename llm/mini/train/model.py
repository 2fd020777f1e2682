"""Llama's architecture, small: RMSNorm, RoPE (half-split pairs), GQA, SwiGLU, tied head."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

try:
    from torch.nn.attention.varlen import varlen_attn  # from 2.10 on; used on CUDA only
except ImportError:
    varlen_attn = None


@dataclass
class Shape:
    layers: int
    width: int
    heads: int
    kv_heads: int
    ffn: int
    vocab: int = 6144
    context: int = 4096
    rope_base: float = 500000.0
    epsilon: float = 1e-5

    @property
    def head_dim(self):
        return self.width // self.heads


PRESETS = {
    "cpu-1m": Shape(layers=4, width=128, heads=4, kv_heads=2, ffn=384),
    "cpu-2m": Shape(layers=5, width=192, heads=6, kv_heads=2, ffn=512),
    "cpu-4m": Shape(layers=5, width=256, heads=4, kv_heads=2, ffn=512),
    "gpu-15m": Shape(layers=8, width=384, heads=6, kv_heads=2, ffn=1024),
    "gpu-28m": Shape(layers=9, width=512, heads=8, kv_heads=2, ffn=1408, vocab=8192),
    "toy-8k": Shape(layers=2, width=256, heads=4, kv_heads=2, ffn=256, vocab=8192),
    "gpu-30m": Shape(layers=10, width=512, heads=8, kv_heads=2, ffn=1408),
}


def rotation(shape, n, device):
    d = shape.head_dim
    freq = shape.rope_base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    angle = torch.outer(torch.arange(n, dtype=torch.float64), freq)
    return angle.cos().float().to(device)[:, None], angle.sin().float().to(device)[:, None]


def rotate(x, cos, sin):
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


def attention_on_cpu(q, k, v, lengths):
    """Each document by itself, so that what they do not see of one another is not
    multiplied. q, k, v: (batch, tokens, heads, head_dim); lengths: of the documents, in
    their order."""
    b, n, h, d = q.shape
    q, k, v = (x.reshape(b * n, h, d).split(lengths) for x in (q, k, v))
    parts = []
    for x, y, z in zip(q, k, v):
        x, y, z = (t.transpose(0, 1)[None] for t in (x, y, z))
        parts.append(F.scaled_dot_product_attention(x, y, z, is_causal=True)[0].transpose(0, 1))
    return torch.cat(parts).view(b, n, h, d)


def attention_of_documents(q, k, v, starts, longest):
    """The same on CUDA: the documents are sequences of their own for FlashAttention.
    starts: where they begin in the batch, and its end, int32."""
    b, n, h, d = q.shape
    q, k, v = (x.reshape(b * n, h, d) for x in (q, k, v))
    return varlen_attn(q, k, v, starts, starts, longest, longest, window_size=(-1, 0)).view(b, n, h, d)


class Block(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s = s
        d = s.head_dim
        self.attn_norm = nn.RMSNorm(s.width, eps=s.epsilon)
        self.q = nn.Linear(s.width, s.heads * d, bias=False)
        self.k = nn.Linear(s.width, s.kv_heads * d, bias=False)
        self.v = nn.Linear(s.width, s.kv_heads * d, bias=False)
        self.o = nn.Linear(s.heads * d, s.width, bias=False)
        self.ffn_norm = nn.RMSNorm(s.width, eps=s.epsilon)
        self.gate = nn.Linear(s.width, s.ffn, bias=False)
        self.up = nn.Linear(s.width, s.ffn, bias=False)
        self.down = nn.Linear(s.ffn, s.width, bias=False)

    def forward(self, x, cos, sin, attend):
        s = self.s
        b, n, _ = x.shape
        h = self.attn_norm(x)
        q = self.q(h).view(b, n, s.heads, s.head_dim)
        k = self.k(h).view(b, n, s.kv_heads, s.head_dim)
        v = self.v(h).view(b, n, s.kv_heads, s.head_dim)
        q, k = rotate(q, cos, sin).type_as(v), rotate(k, cos, sin).type_as(v)
        group = s.heads // s.kv_heads
        if group > 1:
            k, v = k.repeat_interleave(group, 2), v.repeat_interleave(group, 2)
        x = x + self.o(attend(q, k, v).reshape(b, n, -1))
        h = self.ffn_norm(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


def previous(rotation_speeds):
    """Amplitudes of the frequencies with which a head looks a fixed distance back:
    the fast ones tell neighbours apart, the slow ones keep far positions away."""
    w = torch.zeros(len(rotation_speeds))
    w[:12] = torch.linspace(10.0, 2.0, 12)
    return w


@torch.no_grad()
def wire(m):
    """Starts the first two blocks as circuits that copy: heads that look one and two
    tokens back, then heads that look for the place where the last two tokens stood
    before and give what came after it. Training finds these by itself, but only after
    the first tenth of a billion tokens at this size; it keeps and refines them.

    The width is divided: 0 holds a constant, 1 to 127 the token, 128 to 191 the token
    before it, 192 to 255 the one before that; what is left is the token's, too."""
    s, half, group = m.s, 32, m.s.heads // m.s.kv_heads
    q, _ = torch.linalg.qr(torch.randn(127, 127))
    first, second = torch.zeros(64, s.width), torch.zeros(64, s.width)
    first[:, 1:128], second[:63, 1:128] = q[:64], q[64:]  # two views of the token, together the whole

    embed = m.embed.weight
    embed.zero_()
    nn.init.normal_(embed[:, 1:128], std=1 / math.sqrt(127))
    nn.init.normal_(embed[:, 256:], std=1 / 16)
    embed[:, 0] = 0.25

    b = m.layers[0]
    speeds = s.rope_base ** (-torch.arange(half, dtype=torch.float32) / half)
    amplitude = (previous(speeds) * 8).sqrt() / 4  # a constant of 4 after the norm, scores divided by 8
    k = torch.zeros(64)
    k[:half] = amplitude
    b.k.weight[:64].zero_()
    b.k.weight[:64, 0] = k
    for head in (0, 1):
        turn = -(head + 1) * speeds  # a query turned back finds the key at that distance
        b.q.weight[64 * head : 64 * head + 64].zero_()
        b.q.weight[64 * head : 64 * head + half, 0] = amplitude * turn.cos()
        b.q.weight[64 * head + half : 64 * head + 64, 0] = amplitude * turn.sin()
        b.o.weight[:, 64 * head : 64 * head + 64].zero_()
        b.o.weight[128 + 64 * head : 192 + 64 * head, 64 * head : 64 * head + 64] = torch.eye(64) / 11
    b.v.weight[:64] = first

    b = m.layers[1]
    slow = torch.cat((torch.arange(17, 32), torch.arange(49, 64)))  # turn little within a row
    for kv, view in ((0, first), (1, second)):
        p = torch.linalg.qr(torch.randn(64, 30))[0].T
        r = torch.linalg.qr(torch.randn(64, 30))[0].T
        head = group * kv
        wq, wk = torch.zeros(64, s.width), torch.zeros(64, s.width)
        wq[slow, :] += 2.0 * p @ first
        wq[slow, 128:192] += 1.6 * r
        wk[slow, 128:192] += 1.6 * p
        wk[slow, 192:256] += 1.2 * r
        b.q.weight[64 * head : 64 * head + 64] = wq
        b.k.weight[64 * kv : 64 * kv + 64] = wk
        b.v.weight[64 * kv : 64 * kv + 64] = view
        b.o.weight[:, 64 * head : 64 * head + 64] = 0.8 * view.T


class Llama(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s = s
        self.embed = nn.Embedding(s.vocab, s.width)
        self.layers = nn.ModuleList(Block(s) for _ in range(s.layers))
        self.norm = nn.RMSNorm(s.width, eps=s.epsilon)
        nn.init.normal_(self.embed.weight, std=0.5 / math.sqrt(s.width) * 2)
        for b in self.layers:
            for m in (b.q, b.k, b.v, b.gate, b.up):
                nn.init.normal_(m.weight, std=1 / math.sqrt(s.width))
            nn.init.normal_(b.o.weight, std=0.3 / math.sqrt(s.width) / math.sqrt(s.layers))
            nn.init.normal_(b.down.weight, std=0.3 / math.sqrt(s.ffn) / math.sqrt(s.layers))
        if s.head_dim == 64 and s.width >= 256 and s.kv_heads >= 2 and s.heads >= 2 * s.kv_heads:
            wire(self)

    def hidden(self, ids, starts, cos, sin):
        x = self.embed(ids)
        if x.device.type == "cuda":
            attend = lambda q, k, v: attention_of_documents(q, k, v, starts, ids.size(1))
        else:
            at = starts[starts < ids.numel()].tolist() + [ids.numel()]
            lengths = [e - s for s, e in zip(at, at[1:])]
            attend = lambda q, k, v: attention_on_cpu(q, k, v, lengths)
        for b in self.layers:
            x = b(x, cos, sin, attend)
        return self.norm(x)

    def loss(self, ids, targets, where, starts, cos, sin):
        """Cross-entropy at the places where (flat indices) only: the head is the
        dearest matrix of a small model, and most tokens are read, not written. Targets
        of -100 do not count."""
        h = self.hidden(ids, starts, cos, sin).reshape(-1, self.s.width)[where]
        logits = F.linear(h, self.embed.weight)
        return F.cross_entropy(logits.float(), targets)
