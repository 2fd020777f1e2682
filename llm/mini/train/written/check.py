"""Checks the written records: check.py RECORDS.jsonl.gz; README.md beside this file says what they mean."""

import gzip, json, re, sys

TYPES = {"string", "integer", "number", "boolean", "string[]", "integer[]", "number[]"}


def slots(s):
    return set(re.findall(r"\{(\w+)\}", s))


def par(spec):
    m = re.match(r"^([^:]+?)(!?)(?::\s*(.*))?$", spec)
    t = m.group(1)
    return (t if t in TYPES else t.split("|")), bool(m.group(2)), m.group(3) or ""


def tool(d, e):
    if not re.match(r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$", d["name"]):
        e.append("name")
    P = {}
    for k, v in d.get("parameters", {}).items():
        t, req, _ = par(v)
        P[k] = (t, req)
        if isinstance(t, list) and len(t) < 2:
            e.append(f"parameter {k}: type {v!r}")
    V = set(d.get("values", {}))
    for k, v in d.get("values", {}).items():
        if not isinstance(v, list) or len(v) < 4:
            e.append(f"values {k}: fewer than 4")
    if len(d["requests"]) < 4:
        e.append("fewer than 4 requests")
    for r in d["requests"] + [x for l in d.get("lang", {}).values() for x in l]:
        if not (isinstance(r, list) and len(r) == 2 and isinstance(r[1], dict)):
            e.append(f"request {r!r}")
            continue
        text, args = r
        if slots(text) - V:
            e.append(f"unknown slot in {text!r}")
        for a, x in args.items():
            if a not in P:
                e.append(f"{text!r}: argument {a} is not declared")
                continue
            t = P[a][0]
            if isinstance(x, str) and re.fullmatch(r"\{\w+\}", x):
                if x[1:-1] not in slots(text):
                    e.append(f"{text!r}: {x} is not in the text")
                continue
            for s in (slots(x) if isinstance(x, str) else ()):
                if s not in slots(text):
                    e.append(f"{text!r}: {{{s}}} is not in the text")
            ok = (
                x in t
                if isinstance(t, list)
                else {
                    "string": isinstance(x, str),
                    "integer": isinstance(x, int) and not isinstance(x, bool),
                    "number": isinstance(x, (int, float)) and not isinstance(x, bool),
                    "boolean": isinstance(x, bool),
                }.get(t, isinstance(x, list))
            )
            if not ok:
                e.append(f"{text!r}: {a} = {x!r} is no {t}")
        for k, (t, req) in P.items():
            if req and k not in args:
                e.append(f"{text!r}: lacks {k}")
    for m in d.get("missing", []):
        if len(m) != 3 or m[1] not in P:
            e.append(f"missing {m!r}")
    R = set(d.get("result_values", {}))
    for a in d.get("answers", []):
        if slots(a) - V - R:
            e.append(f"answer {a!r}: unknown slot")
    if d.get("answers") and "result" not in d:
        e.append("answers without result")


def reading(d, e):
    src = {x["source"] for x in d["documents"]}
    text = " ".join(x["text"] for x in d["documents"])
    for q in d["qa"]:
        if len(q) != 3:
            e.append(f"qa {q!r}")
            continue
        if q[2] is not None and q[2] not in src:
            e.append(f"{q[0]!r}: source {q[2]!r}")
        for n in re.findall(r"\d[\d.,:]*\d|\d", q[1] or ""):
            if n.rstrip(".,") not in text:
                e.append(f"{q[0]!r}: {n} is in no document")


def phrases(d, e):
    if len(d["user"]) < 3:
        e.append("fewer than 3")


def small(d, e):
    if not d["user"] or not d["assistant"]:
        e.append("empty")


def chain(d, e):
    names = {t["name"] for t in d["tools"]}
    for t in d["turns"]:
        if "user" in t or "answer" in t or "result" in t:
            continue
        if t.get("call") not in names:
            e.append(f"turn {t!r}")


KINDS = {"tool": tool, "reading": reading, "phrases": phrases, "small": small, "chain": chain}
bad = n = req = 0
for f in sys.argv[1:]:
    for i, l in enumerate(gzip.open(f, "rt", encoding="utf-8"), 1):
        if not l.strip():
            continue
        n += 1
        e = []
        try:
            d = json.loads(l)
            KINDS[d["kind"]](d, e)
            req += len(d.get("requests", d.get("qa", d.get("user", []))))
        except Exception as x:
            e.append(repr(x))
        if e:
            bad += 1
            print(f"{f}:{i}: {'; '.join(e[:3])}")
print(f"{n} records, {req} texts, {bad} wrong")
sys.exit(bad > 0)
