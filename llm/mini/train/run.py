"""Makes the small model in one command: packs, trains, exports and evaluates, and goes on where it was stopped.

    python run.py --dir OUT --start llm/mini/model.gguf --tokens 20e6

It runs from the repository's root, on a GPU if there is one and else on the CPU. The data are the written texts, the
generator and, with --public, conversations of a folder of JSON lines (README.md beside this file says where to fetch
them). They are packed in chunks, each with a seed of its own, one ahead of the trainer. Stopped by a signal or a crash,
the same command goes on from the last checkpoint and the chunk that it was in.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WRITTEN = os.path.join(HERE, "written")
RECORDS = os.path.join(WRITTEN, "records.jsonl.gz")

# Conversations in a chunk, and thousand tokens of the generator's: about 6 million tokens.
TOOLS, EXAMPLES, GENERATED = 1700, 800, 2000
# How many conversations of each public file are in a chunk.
PUBLIC = {"squad": 160, "sgd": 60, "slots": 40, "choose": 40, "taskmaster": 20}


def python(script, *args, stdin=None, stdout=subprocess.DEVNULL):
    subprocess.run([sys.executable, os.path.join(WRITTEN, script), *map(str, args)], check=True, stdin=stdin, stdout=stdout)


def sampled(path, n, seed, out):
    """Writes n of a file's lines."""
    with open(path, encoding="utf-8") as f:
        lines = f.readlines()
    with open(out, "w", encoding="utf-8") as f:
        f.writelines(random.Random(seed).sample(lines, min(n, len(lines))))


def chunk(a, train, k):
    """Packs chunk k: rows-K.bin."""
    path = os.path.join(a.dir, f"rows-{k:04d}.bin")
    if os.path.exists(path):
        return
    work = os.path.join(a.dir, "chunk")
    os.makedirs(work, exist_ok=True)
    files = []
    for script, n in (("tools.py", TOOLS), ("examples.py", EXAMPLES)):
        raw, out = (os.path.join(work, script + end) for end in (".raw", ".jsonl"))
        python(script, 1000 + k, max(1, int(n * a.scale)), raw, RECORDS)
        with open(raw) as i, open(out, "w") as o:
            python("vary.py", k, stdin=i, stdout=o)
        files.append(out)
    for name, n in PUBLIC.items() if a.public else ():
        if os.path.exists(source := os.path.join(a.public, name + ".jsonl")):
            out = os.path.join(work, name + ".jsonl")
            sampled(source, max(1, int(n * a.scale)), k, out)
            files.append(out)
    pack = [train, "pack", "-dir", a.dir, "-row", str(a.row), "-seed", str(1000 + k)]
    parts = [os.path.join(a.dir, p) for p in ("part-1.bin", "part-2.bin")]
    subprocess.run([*pack, "-data", "part-1.bin", "-from", ",".join(files)], check=True)
    subprocess.run([*pack, "-data", "part-2.bin", "-n", str(max(3 * a.row // 1000, int(GENERATED * a.scale))), "-examples", "0.45", "-exchanges", "6", "-drill", "0.2", "-brief", "0.05"], check=True)
    with open(path + ".part", "wb") as f:
        for p in parts:
            with open(p, "rb") as part:
                f.write(part.read())
            os.remove(p)
    os.replace(path + ".part", path)


def ahead(a, train, trainer):
    """Keeps two chunks ready that the trainer has not read, until it ends."""
    log = os.path.join(a.dir, "loss.csv")
    while trainer.poll() is None:
        lines = open(log).read().split() if os.path.exists(log) else []
        seen = int(lines[-1].split(",")[1]) if lines else 0
        sizes = []
        while os.path.exists(path := os.path.join(a.dir, f"rows-{len(sizes) + 1:04d}.bin")):
            sizes.append(os.path.getsize(path) // 2)
        if sum(sizes) - seen < 2 * max(sizes):
            chunk(a, train, len(sizes) + 1)
        else:
            time.sleep(1)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--dir", required=True, help="folder of the data, checkpoints and the model")
    p.add_argument("--start", default="", help="a GGUF file to train on; without it the weights are new and vocab.json is made")
    p.add_argument("--preset", default="gpu-15m")
    p.add_argument("--tokens", type=float, default=20e6, help="to train on in all")
    p.add_argument("--row", type=int, default=2048)
    p.add_argument("--batch", type=int, default=4, help="rows in a step")
    p.add_argument("--lr", type=float, default=0.003)
    p.add_argument("--lr-embed", type=float, default=0.0005)
    p.add_argument("--decay", type=float, default=0.5, help="part of the run in which the rate falls to zero")
    p.add_argument("--public", default="", help="folder of public conversations")
    p.add_argument("--scale", type=float, default=1, help="of the chunks")
    p.add_argument("--eval", type=int, default=25, help="conversations of each skill in the evaluation")
    p.add_argument("--compile", action="store_true")
    a = p.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the trainer ends, too
    os.makedirs(a.dir, exist_ok=True)
    a.dir = os.path.abspath(a.dir)
    train = os.path.join(a.dir, "train")
    subprocess.run(["go", "build", "-o", train, "./llm/mini/train"], check=True, env={**os.environ, "CGO_ENABLED": "0"})
    if not os.path.exists(os.path.join(a.dir, "vocab.json")):
        if a.start:
            sys.path.insert(0, HERE)
            import start
            from model import PRESETS

            start.checkpoint(a.start, PRESETS[a.preset], a.dir)
        else:
            subprocess.run([train, "vocab", "-dir", a.dir, "-n", "12000", "-text", "."], check=True)
    chunk(a, train, 1)
    # Threads that spin at a barrier take the time that other processes need, and that the slower thread needs.
    env = {**os.environ, "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "passive"), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, os.path.join(HERE, "train.py"), "--dir", a.dir, "--data", "rows-*.bin", "--preset", a.preset, "--row", str(a.row), "--batch", str(a.batch),
               "--steps", str(int(a.tokens / a.row / a.batch)), "--lr", str(a.lr), "--lr-embed", str(a.lr_embed), "--decay", str(a.decay), "--save", "240"]
    trainer = subprocess.Popen(command + (["--compile"] if a.compile else []), env=env)
    try:
        ahead(a, train, trainer)
    except BaseException:
        trainer.terminate()
        trainer.wait()
        raise
    if trainer.wait() != 0:
        raise SystemExit(f"the trainer ended with {trainer.returncode}")
    model = os.path.join(a.dir, "model.gguf")
    subprocess.run([train, "export", "-dir", a.dir, "-m", model, "-beams", "4"], check=True)
    subprocess.run([train, "fit", "-m", model], check=True)
    subprocess.run([train, "eval", "-m", model, "-people", "dev"], check=True)
    if a.eval:
        subprocess.run([train, "eval", "-m", model, "-n", str(a.eval)], check=True)


if __name__ == "__main__":
    main()
