"""Makes conversations of the written tools, chains and readings, in the message format of package llm:
tools.py SEED COUNT OUT.jsonl RECORDS.jsonl.gz

Other tools are declared beside those that are asked for, values are drawn, requests are typed as people type, arguments
are missing, and some things no tool does. One record in seven (a family of tools together), chosen by its spelling, is
held out; with HELD=1 the conversations are made of those only.
"""

import gzip
import hashlib
import json
import os
import random
import re
import sys

seed, count, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rnd = random.Random(seed)
held = bool(os.environ.get("HELD"))
TYPES = {"string", "integer", "number", "boolean", "string[]", "integer[]", "number[]"}
recs = {"tool": [], "chain": [], "reading": [], "phrases": [], "small": []}
for line in gzip.open(sys.argv[4], "rt", encoding="utf-8"):
    d = json.loads(line)
    named = json.dumps(d.get("family") or d.get("name") or d.get("turns") or d.get("qa") or d.get("user"))
    if (int(hashlib.sha256(named.encode()).hexdigest(), 16) % 7 == 0) == held:
        recs[d["kind"]].append(d)
families = {}
for d in recs["tool"]:
    if d.get("family"):
        families.setdefault(d["family"], []).append(d)
FAMILIES = [f for f in families.values() if len(f) > 1]
SYSTEMS = [
    "You are a helpful assistant. Use the tools.",
    "You are a helpful assistant.",
    "Use the tools to help the user.",
    "You answer with the facts that the tools give.",
    "You help people. Be brief.",
    "You are an assistant with tools.",
    "You are a friendly assistant.",
    "Answer the user's requests with the tools you have.",
    "You are {N}, an assistant of {C}.",
    "You work for {C}. Help the customers.",
    "",
    "",
]
NAMES = ["Otto", "Mira", "Juno", "Pax", "Lumi", "Kai"]
FIRMS = ["Norvik", "Halden & Sons", "the Harbour Office", "Blue Kite", "Tamaro", "the city of Orven", "Ferrow", "Quill"]


def schema(params):
    P, R = {}, []
    for k, v in params.items():
        m = re.match(r"^([^:]+?)(!?)(?::\s*(.*))?$", v)
        t, req, desc = m.group(1), m.group(2), m.group(3) or ""
        s = (
            {"type": "array", "items": {"type": t[:-2]}}
            if t.endswith("[]")
            else {"type": t} if t in TYPES else {"type": "string", "enum": t.split("|")}
        )
        if desc and rnd.random() > 0.12:
            s["description"] = desc
        P[k] = s
        if req:
            R.append(k)
    s = {"type": "object", "properties": P}
    if R:
        s["required"] = R
    if rnd.random() < 0.6:
        s["additionalProperties"] = False
    return s


def spec(d):
    return {
        "name": d["name"],
        "description": d.get("description", "") if rnd.random() > 0.06 else "",
        "parameters": schema(d.get("parameters", {})),
    }


def sub(x, v):
    if isinstance(x, str):
        m = re.fullmatch(r"\{(\w+)\}", x)
        if m and m.group(1) in v:
            return v[m.group(1)]
        return re.sub(r"\{(\w+)\}", lambda m: str(v.get(m.group(1), m.group(0))), x)
    if isinstance(x, list):
        return [sub(i, v) for i in x]
    if isinstance(x, dict):
        return {k: sub(i, v) for k, i in x.items()}
    return x


def cast(args, params):
    o = {}
    for k, v in args.items():
        t = params.get(k, "string").split(":")[0].rstrip("!")
        if t in ("integer", "number") and isinstance(v, str):
            n = re.sub(r"[^\d.\-]", "", v.replace(",", ""))
            try:
                v = int(n) if t == "integer" or re.fullmatch(r"-?\d+", n) else float(n)
            except ValueError:
                return None
        if t == "string" and isinstance(v, (int, float)) and not isinstance(v, bool):
            v = str(v)
        o[k] = v
    return o


def person(t, whole=False):
    """As people type it. Slots stay as they are; whole: the text holds values, so only its ends change."""
    r = rnd.random()
    parts = re.split(r"(\{\w+\})", t)
    if whole:
        pass
    elif r < 0.14:
        t = "".join(p if p.startswith("{") else p.lower() for p in parts)
    elif r < 0.16 and len(t) < 60:
        t = "".join(p if p.startswith("{") else p.upper() for p in parts)
    if rnd.random() < 0.2:
        t = t.rstrip(".!") if not t.endswith("?") or rnd.random() < 0.4 else t
    if rnd.random() < 0.1:
        t = (
            rnd.choice(
                ["hey, ", "hi, ", "Hello! ", "Hi there, ", "ok, ", "so, ", "Good morning. ", "quick one: ", "please "]
            )
            + t
        )
    if rnd.random() < 0.08:
        t += rnd.choice([" please", " thanks", ", thank you", " pls", " - thanks!", " asap"])
    if not whole and rnd.random() < 0.05 and len(t) > 12:
        i = rnd.randrange(2, len(t) - 2)
        if t[i].isalpha() and t[i + 1].isalpha() and "{" not in t[max(0, i - 20) : i + 20]:
            t = t[:i] + t[i + 1] + t[i] + t[i + 2 :]
    return t


def able(specs):
    ds = [(s["description"] or s["name"].replace("_", " ")).split(". ")[0].rstrip(".") for s in specs[:3]]
    return "; ".join(d[:1].lower() + d[1:] for d in ds)


def refuse(specs):
    return rnd.choice(["I can't do that. What I can do: %s.", "I'm sorry, I can't do that. What I can do: %s."]) % able(
        specs
    )


def plain(x):
    """Now and then what a tool returns is a bare value or a line of text."""
    if not isinstance(x, dict) or not x or rnd.random() > 0.25:
        return x
    if len(x) == 1:
        return next(iter(x.values()))
    return (
        ", ".join(f"{k.replace('_', ' ')}: {v}" for k, v in x.items())
        if rnd.random() < 0.6 and not any(isinstance(v, (dict, list)) for v in x.values())
        else x
    )


DONE = ["Done.", "That is done.", "All set.", "It's done."]


def one(d, specs):
    """One exchange with tool record d; returns messages."""
    r = rnd.random()
    P = d.get("parameters", {})
    if r < 0.15 and d.get("missing"):
        text, par, ask = rnd.choice(d["missing"])
        vals = {k: rnd.choice(v) for k, v in d.get("values", {}).items()}
        full = [
            q
            for q in d["requests"]
            if isinstance(q[1].get(par), str) and re.fullmatch(r"\{\w+\}", q[1][par]) and set(q[1]) == {par}
        ]
        m = [{"role": "user", "content": person(text)}, {"role": "assistant", "content": ask}]
        if full and rnd.random() < 0.7:
            q = rnd.choice(full)
            v = vals[q[1][par][1:-1]]
            args = cast({par: v}, P)
            if args is None:
                return m
            return (
                m
                + [{"role": "user", "content": rnd.choice(["%s", "%s", "%s please", "it's %s", "%s, thanks"]) % v}]
                + call(d, args, dict(vals))
            )
        return m
    if r < 0.4 and d.get("near"):
        return [
            {"role": "user", "content": person(rnd.choice(d["near"]))},
            {"role": "assistant", "content": refuse(specs)},
        ]
    qs = d["requests"] if rnd.random() > 0.12 or not d.get("lang") else [q for l in d["lang"].values() for q in l]
    text, args = rnd.choice(qs)
    vals = {k: rnd.choice(v) for k, v in d.get("values", {}).items()}
    a = cast(sub(args, vals), P)
    if a is None:
        return None
    return [{"role": "user", "content": sub(person(text), vals)}] + call(d, a, vals)


def call(d, args, vals):
    m = [{"role": "assistant", "calls": [{"name": d["name"], "arguments": args}]}]
    v = dict(vals)
    v.update({k: rnd.choice(x) for k, x in d.get("result_values", {}).items()})
    r = rnd.random()
    if r < 0.05:
        e = rnd.choice(["not found", "service unavailable", "not allowed", "timed out", "no permission"])
        return m + [
            {"role": "tool", "name": d["name"], "value": {"error": e}},
            {"role": "assistant", "content": rnd.choice(["That did not work: %s.", "That failed: %s."]) % e},
        ]
    if "result" in d and d.get("answers"):
        return m + [
            {"role": "tool", "name": d["name"], "value": plain(sub(d["result"], v))},
            {"role": "assistant", "content": sub(rnd.choice(d["answers"]), v)},
        ]
    return m + [
        {
            "role": "tool",
            "name": d["name"],
            "value": rnd.choice(["ok", "done", {"ok": True}, {"status": "ok"}, True, ""]),
        },
        {"role": "assistant", "content": rnd.choice(DONE)},
    ]


def filled(m):
    return m and not re.search(
        r"\{[a-z_]\w*\}", json.dumps([x.get("content", "") for x in m] + [x.get("value", "") for x in m])
    )


def system():
    s = rnd.choice(SYSTEMS).format(N=rnd.choice(NAMES), C=rnd.choice(FIRMS))
    return [{"role": "system", "content": s}] if s else []


def tools_conv():
    n = rnd.choice([1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 8, 10])
    ds = rnd.sample(recs["tool"], min(n, len(recs["tool"])))
    if FAMILIES and rnd.random() < 0.4:  # tools that are easily confused, side by side or one of them alone
        f = rnd.choice(FAMILIES)
        ds = rnd.sample(f, rnd.randrange(1, len(f) + 1)) + (ds[:2] if rnd.random() < 0.3 else [])
        rnd.shuffle(ds)
    seen = set()
    ds = [d for d in ds if not (d["name"] in seen or seen.add(d["name"]))]
    kin = [k for d in ds if d.get("family") for k in families[d["family"]] if k["name"] not in seen]
    specs = [spec(d) for d in ds]
    m = system()
    ex = rnd.choice([2, 3, 4, 5, 6, 7])
    for _ in range(ex):
        r = rnd.random()
        if r < 0.06 and recs["small"]:
            s = rnd.choice(recs["small"])
            m += [
                {"role": "user", "content": person(rnd.choice(s["user"]))},
                {"role": "assistant", "content": rnd.choice(s["assistant"])},
            ]
            continue
        if r < (0.42 if len(ds) < 3 else 0.38):  # what none of them does, and often a relative of theirs would
            d = rnd.choice(kin) if kin and rnd.random() < 0.6 else rnd.choice(recs["tool"])
            if d["name"] not in seen:
                text, _ = rnd.choice(d["requests"])
                vals = {k: rnd.choice(v) for k, v in d.get("values", {}).items()}
                m += [
                    {"role": "user", "content": sub(person(text), vals)},
                    {"role": "assistant", "content": refuse(specs)},
                ]
                continue
        x = one(rnd.choice(ds), specs)
        if filled(x):
            m += x
    return {"tools": specs, "messages": m} if any(x["role"] == "assistant" for x in m) else None


def chain_conv():
    d = rnd.choice(recs["chain"])
    m = system()
    specs = [spec(t) for t in d["tools"]]
    rnd.shuffle(specs)
    names = []
    for t in d["turns"]:
        if "call" in t:
            c = {"name": t["call"], "arguments": t.get("arguments", {})}
            if m and m[-1].get("calls") and not m[-1].get("done"):
                m[-1]["calls"].append(c)
            else:
                m.append({"role": "assistant", "calls": [c]})
            names.append(t["call"])
        elif "result" in t:
            if not names:
                return None
            m[-1].pop("done", None)
            m.append({"role": "tool", "name": names.pop(0), "value": t["result"]})
        elif "user" in t:
            m.append({"role": "user", "content": person(t["user"], whole=True)})
        else:
            m.append({"role": "assistant", "content": t["answer"]})
    return {"tools": specs, "messages": m} if not names else None


STOP = set(
    "a an the is are was were do does did can could may i my we our you your it its of for to in on at by with and or if what who how much many when where which there this that have has had be will would should any some get got me us so from as about please not no".split()
)


def query(q):
    return " ".join(w for w in re.findall(r"[\w'-]+", q) if w.lower() not in STOP) or q


SEARCH = {
    "name": "search_documents",
    "description": "Search the documents",
    "parameters": {
        "type": "object",
        "properties": {"query": {"type": "string", "description": "Words to search for"}},
        "required": ["query"],
        "additionalProperties": False,
    },
}
SEND = {
    "name": "send_document",
    "description": "Send a document by e-mail",
    "parameters": {
        "type": "object",
        "properties": {
            "email": {"type": "string", "description": "E-mail of the reader"},
            "source": {"type": "string", "description": "Name of the file"},
        },
        "required": ["email", "source"],
        "additionalProperties": False,
    },
}


def reading_conv():
    d = rnd.choice(recs["reading"])
    m = [
        {
            "role": "system",
            "content": (
                "Answer from the documents and name the source in brackets."
                if rnd.random() < 0.8
                else rnd.choice(
                    [
                        "You answer questions from the documents. Name the source in brackets.",
                        "Answer only from the documents.",
                    ]
                )
            ),
        }
    ]
    qa = [x for x in d["qa"] if rnd.random() > (0.5 if not x[1] else 0.45 if x[1].startswith("No,") else 0)]
    for q, a, s in rnd.sample(qa, min(len(qa), rnd.choice([1, 2, 2, 3]))):
        q = person(q, whole=rnd.random() < 0.8)
        docs = d["documents"][:]
        rnd.shuffle(docs)
        other = rnd.choice(recs["reading"])["documents"]
        if rnd.random() < 0.3:
            docs = docs[:2] + [rnd.choice(other)]
        if s and not any(x["source"] == s for x in docs):
            docs[0] = next(x for x in d["documents"] if x["source"] == s)
        rnd.shuffle(docs)
        docs = [{"source": x["source"], "text": x["text"]} for x in docs[:3]]
        if s and not any(x["source"] == s for x in docs):
            docs[-1] = next({"source": x["source"], "text": x["text"]} for x in d["documents"] if x["source"] == s)
        m += [
            {"role": "user", "content": q},
            {"role": "assistant", "calls": [{"name": "search_documents", "arguments": {"query": query(q)}}]},
            {"role": "tool", "name": "search_documents", "value": docs},
            {"role": "assistant", "content": f"{a} [{s}]" if a and s else "The documents do not say."},
        ]
    return {"tools": [SEARCH, SEND] if rnd.random() < 0.7 else [SEARCH], "messages": m}


def clean(c):
    for m in c["messages"]:
        if "content" in m:
            m["content"] = str(m["content"]).strip()
    return c


w = open(out, "w")
n = 0
kinds = [(tools_conv, 10, recs["tool"]), (chain_conv, 4, recs["chain"]), (reading_conv, 6, recs["reading"])]
kinds = [(f, k) for f, k, r in kinds if r]
while n < count:
    c = rnd.choices([f for f, _ in kinds], [k for _, k in kinds])[0]()
    if c and c["messages"][-1]["role"] == "assistant":
        w.write(json.dumps(clean(c), ensure_ascii=False) + "\n")
        n += 1
print(n, {k: len(v) for k, v in recs.items()})
