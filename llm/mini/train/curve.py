"""Draws loss.csv as an SVG: python curve.py loss.csv loss.svg"""

import csv
import math
import sys

W, H, L, B = 720, 300, 50, 40  # width, height, margins at the left and the bottom


def main(src, dst):
    rows = [(int(r[1]) / 1e6, float(r[2])) for r in csv.reader(open(src))]
    n = max(1, len(rows) // 240)  # a point is the mean of so many
    rows = [tuple(sum(c) / len(c) for c in zip(*rows[i : i + n])) for i in range(0, len(rows), n)]
    most = max(t for t, _ in rows)
    low, high = math.log10(min(v for _, v in rows)), math.log10(max(v for _, v in rows))
    x = lambda t: L + (W - L - 10) * t / most
    y = lambda v: 10 + (H - B - 10) * (high - math.log10(v)) / (high - low)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{W}" height="{H}" font-family="sans-serif" font-size="12">',
             f'<rect width="{W}" height="{H}" fill="white"/>']
    for v in (0.05, 0.1, 0.2, 0.5, 1, 2, 5):
        if low <= math.log10(v) <= high:
            parts.append(f'<path d="M{L} {y(v):.1f}H{W - 10}" stroke="#ddd"/><text x="{L - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{v}</text>')
    for t in range(0, int(most) + 1, max(5, round(most / 1000) * 100)):
        parts.append(f'<text x="{x(t):.1f}" y="{H - B + 16}" text-anchor="middle">{t}</text>')
    parts.append(f'<text x="{(L + W) / 2}" y="{H - 6}" text-anchor="middle">million tokens read</text>')
    parts.append(f'<text x="{L}" y="{H - 6}">loss of learned tokens</text>')
    points = " ".join(f"{x(t):.1f},{y(v):.1f}" for t, v in rows)
    parts.append(f'<polyline points="{points}" fill="none" stroke="#25a" stroke-width="1.2"/></svg>')
    with open(dst, "w") as f:
        f.write("\n".join(parts) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
