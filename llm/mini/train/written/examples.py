"""Makes conversations of the three examples from the written phrases, in the message format of package llm:
examples.py SEED COUNT OUT.jsonl RECORDS.jsonl.gz

Tools, system prompts, results and answers are those of the generator (../corpus/examples.go). One phrase in seven, chosen
by its spelling, is held out; with HELD=1 the conversations are made of those only.
"""

import gzip
import hashlib
import json
import os
import random
import re
import sys

seed, count, out, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
R = random.Random(seed)
held = bool(os.environ.get("HELD"))
P = {}


def kept(t):
    return (int(hashlib.sha256(t.encode()).hexdigest(), 16) % 7 == 0) == held


for line in gzip.open(path, "rt", encoding="utf-8"):
    d = json.loads(line)
    if d["kind"] != "phrases":
        continue
    for u in d["user"]:
        if kept(u):
            P.setdefault((d["agent"], d["intent"]), []).append((u, d))


def tool(n, d, p, req):
    return {
        "name": n,
        "description": d,
        "parameters": {
            "type": "object",
            "properties": {k: {"type": t, "description": x} for k, (t, x) in p.items()},
            **({"required": req} if req else {}),
            "additionalProperties": False,
        },
    }


TOOLS = {
    "support": [
        tool(
            "lookup_order", "Look up an order", {"order_number": ("integer", "Number of the order")}, ["order_number"]
        ),
        tool(
            "refund_order",
            "Refund an order",
            {
                "amount": ("number", "Amount in euros"),
                "order_number": ("integer", "Number of the order"),
                "reason": ("string", "Why"),
            },
            ["amount", "order_number", "reason"],
        ),
    ],
    "workflow": [
        tool("list_overdue_invoices", "List the invoices that are overdue", {}, []),
        tool(
            "post_summary",
            "Post a summary to a channel",
            {"channel": ("string", "Name of the channel"), "text": ("string", "Text of the summary")},
            ["channel", "text"],
        ),
        tool(
            "send_reminder",
            "Send a reminder of an invoice",
            {"email": ("string", "E-mail of the customer"), "invoice": ("string", "Code of the invoice")},
            ["email", "invoice"],
        ),
    ],
    "rag": [
        tool("search_documents", "Search the documents", {"query": ("string", "Words to search for")}, ["query"]),
        tool(
            "send_document",
            "Send a document by e-mail",
            {"email": ("string", "E-mail of the reader"), "source": ("string", "Name of the file")},
            ["email", "source"],
        ),
    ],
}
SYS = {
    "support": "You are a customer service assistant. Use the tools.",
    "workflow": "You do back-office jobs. Use the tools.",
    "rag": "Answer from the documents and name the source in brackets.",
}
ABLE = {
    "support": "look up an order; refund an order",
    "workflow": "list the invoices that are overdue; post a summary to a channel; send a reminder of an invoice",
    "rag": "search the documents; send a document by e-mail",
}
CANCEL = {
    "cancel": "cancel orders",
    "change_address": "change addresses",
    "talk_to_human": "connect you to a person",
    "return_policy": "tell you about returns",
}
ITEMS = [
    f"{a} {b}"
    for a in "steel red black wooden green small large blue white oak silver yellow round folding leather".split()
    for b in [
        "kettle",
        "lamp",
        "chair",
        "camera",
        "desk",
        "blanket",
        "mirror",
        "sofa",
        "jacket",
        "bottle",
        "phone case",
        "bread knife",
        "headset",
        "tent",
        "bike",
        "table",
        "rug",
        "clock",
        "backpack",
        "shoes",
    ]
]


def money():
    return (
        round(R.choice([R.uniform(3, 90), R.uniform(10, 900), float(R.randrange(5, 400))]), R.choice([2, 2, 1, 0])) or 5
    )


def num(x):
    return int(x) if float(x) == int(float(x)) else float(x)


def day():
    return f"20{R.randrange(24, 31)}-{R.randrange(1, 13):02d}-{R.randrange(1, 29):02d}"


def digits(n):
    return str(R.randrange(10 ** (n - 1), 10**n))


def email(i=None):
    if R.random() < 0.5:
        return f"[EMAIL_{i or R.randrange(1, 4)}]"
    return (
        R.choice(["billing", "accounts", "tomas.berg", "k.moran", "office", "lee", "info", "a.santos", "finance"])
        + "@"
        + R.choice(["norvik", "halden", "delta", "foxglove", "quill", "mail", "ferrow", "ruddle"])
        + R.choice([".example", ".com", ".org"])
    )


def code():
    return R.choice(
        [
            f"INV-{digits(4)}",
            f"KD-{digits(4)}",
            f"{R.choice('ABCRF')}-{digits(4)}",
            f"20{R.randrange(24,28)}-{digits(3)}",
            f"RE-{digits(5)}",
            f"INV-{digits(2)}",
            f"{R.choice('QXZT')}{R.choice('ABLM')}{digits(5)}",
        ]
    )


def typed(t, keep=()):
    r = R.random()
    if r < 0.12 and not any(k != k.lower() for k in keep):
        t = t.lower()
    elif r < 0.14 and len(t) < 50 and not any(k != k.upper() for k in keep):
        t = t.upper()
    if R.random() < 0.18:
        t = t.rstrip(".?!")
    if R.random() < 0.07:
        t = (
            R.choice(["hi, ", "hey, ", "Hello! ", "ok, ", "so, ", "Good morning. ", "quick question: ", "Hi there. "])
            + t
        )
    if R.random() < 0.06:
        t += R.choice([" please", " thanks", " pls", "!", " ???"])
    return t


class Talk:
    def __init__(s, agent):
        s.agent, s.m, s.last, s.refunded, s.email_at = agent, [{"role": "system", "content": SYS[agent]}], None, None, 0

    def user(s, t):
        s.m.append({"role": "user", "content": t.strip()})

    def say(s, t):
        s.m.append({"role": "assistant", "content": t})

    def call(s, name, args, value):
        s.m += [
            {"role": "assistant", "calls": [{"name": name, "arguments": args}]},
            {"role": "tool", "name": name, "value": value},
        ]

    def cannot(s, what):
        s.say(f"I can't {what}. What I can do: {ABLE[s.agent]}.")


def phrase(agent, intent):
    return R.choice(P[agent, intent])


def order(k, n, status=None):
    if R.random() < 0.05:
        k.call("lookup_order", {"order_number": int(n)}, {"error": f"order {n} not found"})
        k.say(f"That failed: order {n} not found.")
        return None
    o = {
        "customer": email(),
        "expected": day(),
        "item": R.choice(ITEMS),
        "order_number": int(n),
        "status": status or R.choice(["late", "late", "on time", "delivered", "in transit"]),
        "total": num(money()),
    }
    k.call("lookup_order", {"order_number": int(n)}, o)
    k.last = o
    return o


def told(o):
    return (
        f"Your order {o['order_number']} ({o['item']}) is delivered."
        if o["status"] == "delivered"
        else f"Your order {o['order_number']} ({o['item']}) is {o['status']}, expected on {o['expected']}."
    )


def pay(k, o, amount, reason):
    a = {"amount": num(amount), "order_number": o["order_number"], "reason": reason}
    head = told(o).split(", expected")[0].rstrip(".") + "."
    if R.random() < 0.12:
        why = R.choice(
            [
                "not approved",
                "the amount is too high",
                "refunds need a person",
                "the order is not late",
                "nobody approved it",
            ]
        )
        k.call("refund_order", a, {"error": why})
        k.say(f"{head} The refund was not allowed: {why}.")
        return
    i = "RF-" + digits(4)
    k.call("refund_order", a, {"amount": a["amount"], "refund_id": i, "status": "refunded"})
    k.refunded = (num(amount), i, o)
    k.say(f"{head} I refunded {num(amount)} ({i}).")


def smalltalk(k, i):
    t, _ = phrase(k.agent, i)
    k.user(typed(t))
    A = ABLE[k.agent]
    k.say(
        {
            "greeting": "Hello! What can I do for you?",
            "thanks": "You're welcome.",
            "bye": "Goodbye!",
            "how_are_you": "I'm fine, thank you. What can I do for you?",
            "capabilities": f"I'm an assistant. What I can do: {A}.",
            "who_are_you": f"I'm an assistant. What I can do: {A}.",
            "abuse": "I'm sorry about that. What can I do for you?",
            "off_topic": f"I can't help with that. What I can do: {A}.",
            "joke": f"I can't tell jokes. What I can do: {A}.",
            "unclear": f"I'm not sure what you mean. What I can do: {A}.",
            "yes": "What can I do for you?",
            "no": "All right.",
        }[i]
    )


SMALL = [
    "greeting",
    "thanks",
    "bye",
    "how_are_you",
    "capabilities",
    "who_are_you",
    "abuse",
    "off_topic",
    "joke",
    "unclear",
]


def number():
    return R.choice([digits(4), digits(4), digits(R.randrange(3, 7))])


def shown(n):
    return n if len(n) != 4 or R.random() > 0.02 else n[0] + "," + n[1:]


def support(k):
    i = R.choices(
        [
            "status",
            "when_will_it_come",
            "has_it_arrived",
            "unknown_order",
            "refund_if_late",
            "refund_plain",
            "refund_with_reason",
            "refund_partial",
            "status_no_refund",
            "did_you_refund",
            "price",
            "what_did_i_order",
            "cancel",
            "change_address",
            "talk_to_human",
            "return_policy",
            "missing_number",
            "two_orders",
            "complaint_without_request",
            "small",
        ],
        [8, 5, 5, 2, 8, 6, 7, 5, 8, 4, 5, 4, 6, 4, 3, 3, 6, 6, 3, 10],
    )[0]
    if i == "small":
        return smalltalk(k, R.choice(SMALL))
    t, d = phrase("support", i)
    n = number()
    vals = {"n": n, "n2": number(), "item": R.choice(ITEMS).split()[-1]}
    for s, v in d.get("values", {}).items():
        vals[s] = R.choice(v)
    t = typed(re.sub(r"\{(\w+)\}", lambda m: m.group(0), t))
    t = re.sub(r"\{(\w+)\}", lambda m: str(vals.get(m.group(1).lower(), "")), t)
    has = re.search(r"\b%s\b" % n, t)
    k.user(t)
    if i in CANCEL:
        return k.cannot(CANCEL[i])
    if i == "complaint_without_request":
        return k.say("I'm sorry about that. Which order is it?")
    if i == "missing_number" or (not has and i not in ("did_you_refund", "two_orders")):
        k.say("Which order number?")
        if R.random() < 0.75:
            k.user(
                R.choice(
                    [
                        n,
                        f"It is {n}.",
                        f"order {n}",
                        f"#{n}",
                        f"it's {n}",
                        f"{n} I think",
                        f"The number is {n}.",
                        f"nr {n}",
                    ]
                )
            )
            back = re.search(r"refund|money|return", t, re.I)
            o = order(k, n)
            if o:
                (
                    pay(k, o, o["total"], "the customer wants a refund")
                    if back and i == "missing_number" or i.startswith("refund_") and i not in ("refund_if_late",)
                    else k.say(told(o))
                )
        return
    if i == "did_you_refund":
        if not has:
            if k.refunded:
                a, r, o = k.refunded
                return k.say(f"I refunded {a} ({r}) for order {o['order_number']}.")
            return k.say("No, I have not refunded anything.")
        o = order(k, n)
        return o and k.say(told(o) + " I have not refunded it.")
    if i == "two_orders":
        a = order(k, n)
        b = order(k, vals["n2"]) if a else None
        if not (a and b):
            return
        ab = d.get("about")
        if ab == "total":
            return k.say(
                f"Your order {a['order_number']} ({a['item']}) cost {a['total']}. Your order {b['order_number']} ({b['item']}) cost {b['total']}."
            )
        return k.say(told(a) + " " + told(b))
    o = order(k, n)
    if not o:
        return
    if i == "refund_if_late":
        (
            pay(k, o, o["total"], "the order is late")
            if o["status"] == "late"
            else k.say(told(o) + " It is not late, so there is no refund.")
        )
    elif i == "refund_plain":
        pay(k, o, o["total"], "the customer wants a refund")
    elif i == "refund_with_reason":
        pay(
            k,
            o,
            o["total"],
            (
                vals.get("reason")
                if vals.get("reason", "") in t
                else vals["reason"].lower() if vals["reason"].lower() in t else vals["reason"].upper()
            ),
        )
    elif i == "refund_partial":
        pay(k, o, float(vals["amount"]), "the customer wants a refund")
    elif i == "price":
        k.say(f"Your order {n} ({o['item']}) cost {o['total']}.")
    else:
        k.say(told(o))
    r = R.random()
    if (
        r < 0.12
        and i in ("status", "when_will_it_come", "has_it_arrived", "price", "what_did_i_order", "status_no_refund")
        and k.m[-1]["role"] == "assistant"
    ):
        t, _ = phrase("support", "follow_up_refund")
        k.user(typed(t))
        pay2(k, o)
    elif r < 0.24:
        t, _ = phrase("support", "follow_up_other")
        n2 = number()
        k.user(typed(t).replace("{n2}", n2).replace("{N2}", n2))
        o = order(k, n2) if n2 in k.m[-1]["content"] else k.say("Which order number?")
        if o:
            k.say(told(o))


def pay2(k, o):
    a = {"amount": o["total"], "order_number": o["order_number"], "reason": "the customer wants a refund"}
    i = "RF-" + digits(4)
    k.call("refund_order", a, {"amount": o["total"], "refund_id": i, "status": "refunded"})
    k.refunded = (o["total"], i, o)
    k.say(f"I refunded {o['total']} ({i}).")


def overdue(k):
    n = R.choice([1, 2, 2, 2, 3, 3, 4, 0])
    k.email_at = 0
    L = []
    for x in range(n):
        L.append({"amount": num(money()), "email": email(x + 1), "invoice": code()})
    k.call("list_overdue_invoices", {}, L)
    if not L:
        k.say("There are no overdue invoices.")
    return L


def workflow(k):
    i = R.choices(
        [
            "list_only",
            "remind_all",
            "remind_all_and_post",
            "remind_one",
            "post_only",
            "amount_of",
            "how_many",
            "total_outstanding",
            "no_reminders",
            "who_owes",
            "small",
        ],
        [9, 8, 10, 7, 5, 6, 6, 3, 9, 6, 9],
    )[0]
    if i == "small":
        return smalltalk(k, R.choice(SMALL))
    t, d = phrase("workflow", i)
    c = code()
    vals = {"code": c}
    for s, v in d.get("values", {}).items():
        if s != "code":
            vals[s] = R.choice(v)
    if R.random() < 0.5 and "code" in d.get("values", {}):
        c = vals["code"] = R.choice(d["values"]["code"])
    t = typed(t)
    t = re.sub(r"\{(\w+)\}", lambda m: str(vals.get(m.group(1).lower(), "")), t)
    k.user(t)
    L = overdue_with(k, c if "{code}" in json.dumps(d["user"]) and c in t else None)
    if not L:
        return
    ch = re.sub(r"^the (.*) channel$", r"\1", vals.get("channel", "")).lstrip("#")
    ch = vals.get("channel", "")
    listed = ", ".join(f"{x['invoice']} ({x['amount']})" for x in L)
    all_ = ", ".join(x["invoice"] for x in L)
    if i in ("list_only", "no_reminders", "who_owes"):
        if d.get("about") == "most":
            x = max(L, key=lambda x: x["amount"])
            return k.say(f"{x['email']} owes the most: {x['invoice']} ({x['amount']}).")
        if i == "who_owes":
            return k.say("Overdue: " + ", ".join(f"{x['email']} {x['invoice']} ({x['amount']})" for x in L) + ".")
        return k.say(f"Overdue: {listed}.")
    if i == "how_many":
        return k.say(f"{len(L)} overdue: {listed}.")
    if i == "total_outstanding":
        return k.say(f"Overdue: {listed}.")
    if i == "amount_of":
        x = next((x for x in L if x["invoice"] == c), None)
        return k.say(f"{c} is overdue with {x['amount']}." if x else f"{c} is not among the overdue invoices.")
    if i == "remind_one":
        x = next((x for x in L if x["invoice"] == c), None)
        if not x:
            return k.say(f"{c} is not among the overdue invoices.")
        k.call("send_reminder", {"email": x["email"], "invoice": c}, {"sent": True})
        return k.say(f"Reminder sent for {c}.")
    if i == "post_only":
        k.call("post_summary", {"channel": ch, "text": f"Overdue: {listed}"}, {"posted": True})
        return k.say(f"The summary is in {ch}.")
    for x in L:
        k.call("send_reminder", {"email": x["email"], "invoice": x["invoice"]}, {"sent": True})
    if i == "remind_all":
        return k.say(f"Reminders sent for {all_}.")
    if R.random() < 0.08:
        k.call("post_summary", {"channel": ch, "text": f"Reminders sent for {all_}"}, {"error": "not approved"})
        return k.say(f"Reminders sent for {all_}. The summary was not allowed: not approved.")
    k.call("post_summary", {"channel": ch, "text": f"Reminders sent for {all_}"}, {"posted": True})
    k.say(f"Reminders sent for {all_}. The summary is in {ch}.")


def overdue_with(k, c):
    n = R.choice([1, 2, 2, 3, 3, 4, 0])
    L = [{"amount": num(money()), "email": email(x + 1), "invoice": code()} for x in range(n)]
    if c and L and R.random() < 0.85:
        R.choice(L)["invoice"] = c
    k.call("list_overdue_invoices", {}, L)
    if not L:
        k.say("There are no overdue invoices.")
    return L


PEOPLE = [
    "Mara Quist",
    "Jonas Feld",
    "Ines Okoro",
    "Tomas Berg",
    "Petra Lind",
    "Samuel Adeyemi",
    "Lia Novak",
    "Omar Haddad",
    "Nina Falk",
    "the facilities team",
    "Ruth Calder",
]
FIRMS = ["Norvik", "Halden & Sons", "Tamaro", "Ferrow Ltd", "Blue Kite", "Quill & Co", "Delta Supplies"]
PLACES = [
    "on the second floor",
    "next to the canteen",
    "in room 214",
    "in the basement",
    "behind the reception",
    "in the north wing",
    "by the main gate",
    "in cupboard 3",
]
COL = "red green blue silver black white yellow orange grey brown".split()


def v(kind):
    n = R.randrange(2, 90)
    return {
        "price": lambda: R.choice([f"{money():.2f} euros", f"{n} euros", f"{money():.2f}"]),
        "person": lambda: R.choice(PEOPLE),
        "time": lambda: R.choice(
            [f"{R.randrange(7, 21)}:{R.choice(['00','15','30','45'])}", f"{R.randrange(1, 12)} {R.choice(['am','pm'])}"]
        ),
        "duration": lambda: R.choice(
            [f"{n} minutes", f"{R.randrange(2, 9)} hours", f"{R.randrange(2, 6)} days", f"{R.randrange(2, 9)} weeks"]
        ),
        "size": lambda: R.choice(
            [
                f"{n + 20} by {n + 40} cm",
                f"{n} square metres",
                f"{n + 30} cm wide and {n + 10} cm high",
                f"{R.randrange(2, 9)} metres long",
            ]
        ),
        "colour": lambda: R.choice(COL),
        "deadline": lambda: R.choice(
            [
                f"{R.randrange(1, 29)} {R.choice(['January','March','May','June','August','October','November'])}",
                R.choice(["Friday", "Monday", "Thursday"]) + " at noon",
                day(),
                f"the {R.randrange(2, 28)}th of the month",
            ]
        ),
        "place": lambda: R.choice(PLACES),
        "supplier": lambda: R.choice(FIRMS),
        "warranty": lambda: R.choice([f"{R.randrange(1, 11)} years", f"{R.choice([6, 12, 18, 24, 36])} months"]),
        "limit": lambda: R.choice([f"{n * 10} euros", f"{n} a month", f"{n} per person", f"{n} MB"]),
        "capacity": lambda: f"{n} people",
    }[kind]()


SAY = {
    "price": ["The {t} costs {v}.", "{T} costs {v}.", "The price of the {t} is {v}.", "You pay {v} for the {t}."],
    "person": ["{v} is in charge of {t}.", "Ask {v} about {t}.", "{v} looks after {t}.", "{v} is responsible for {t}."],
    "time": ["{T} starts at {v}.", "{T} begins at {v}.", "{T} is at {v}."],
    "duration": ["{T} takes {v}.", "{T} lasts {v}.", "The duration of {t} is {v}."],
    "size": ["The {t} is {v}.", "The size of the {t} is {v}.", "The {t} measures {v}."],
    "colour": ["The {t} is {v}.", "The colour of the {t} is {v}.", "The {t} comes in {v}."],
    "deadline": ["The deadline for {t} is {v}.", "{T} must be in by {v}.", "Hand in {t} by {v}."],
    "place": ["{T} is {v}.", "You find {t} {v}.", "{T} can be found {v}."],
    "supplier": ["{v} supplies the {t}.", "We buy the {t} from {v}.", "The {t} comes from {v}."],
    "warranty": ["The {t} has a warranty of {v}.", "The warranty on the {t} is {v}.", "The {t} is covered for {v}."],
    "limit": ["The limit for {t} is {v}.", "At most {v} are allowed for {t}.", "{T} is limited to {v}."],
    "capacity": ["{T} holds {v}.", "There is room for {v} in {t}.", "Up to {v} fit in {t}."],
}
ASK = {
    "ask_price": "price",
    "ask_person_in_charge": "person",
    "ask_time": "time",
    "ask_duration": "duration",
    "ask_size": "size",
    "ask_colour": "colour",
    "ask_deadline": "deadline",
    "ask_place": "place",
    "ask_supplier": "supplier",
    "ask_warranty": "warranty",
    "ask_limit": "limit",
    "ask_capacity": "capacity",
}
KINDS = list(SAY)


def fact(kind, thing):
    bare = re.sub(r"^the ", "", thing)
    s = R.choice(SAY[kind])
    th = bare if "the {t}" in s.lower() else thing
    if thing.startswith("the ") and "the {t}" not in s.lower():
        th = thing
    r = s.replace("{t}", th).replace("{T}", (thing[:1].upper() + thing[1:])).replace("{v}", v(kind))
    return r[:1].upper() + r[1:]


STOP = set(
    "a an the is are was were be been do does did has have had how what which who whom whose where when why can could would should will shall may might i you we they he she it me my your our their his her its to of in on at for from by with about and or not much many long there that this these those please tell know find say any some as if so than then also just ok well hello hi hey".split()
)


def query(t):
    w = [x.strip(".,;:!?()\"'") for x in t.split()]
    w = [re.sub(r"'s$", "", x) for x in w if x]
    return " ".join(x for x in w if x and x.lower() not in STOP and not x.startswith("'")) or t


def filename(th=None):
    return (
        re.sub(r"^the ", "", th).replace(" ", "-")
        if th and R.random() < 0.4
        else R.choice(
            [
                "handbook",
                "office",
                "rooms",
                "travel",
                "kitchen",
                "rules",
                "events",
                "garden",
                "team",
                "prices",
                "safety",
                "notes",
                "guide",
                "staff",
                "products",
                "courses",
            ]
        )
    ) + R.choice([".md", ".txt", ".md"])


THINGS = sorted(
    {x for (a, i), l in P.items() if a == "rag" for _, d in l for x in d.get("values", {}).get("thing", [])}
)


def passages(facts):
    docs = []
    for f in facts:
        if docs and R.random() < 0.35:
            docs.append({"source": docs[-1]["source"], "text": f[0]})
        else:
            docs.append({"source": filename(f[1]), "text": f[0]})
    return docs


def rag(k):
    i = R.choices(
        list(ASK) + ["send_document", "find_and_send", "unknown_thing", "two_questions", "small"],
        [4] * len(ASK) + [4, 5, 4, 4, 6],
    )[0]
    if i == "small":
        return smalltalk(k, R.choice(SMALL))
    t, d = phrase("rag", i)
    vals = {s: R.choice(x) for s, x in d.get("values", {}).items()}
    th = vals.get("thing", R.choice(THINGS))
    q0 = t
    t = typed(t)
    fill = lambda s: re.sub(r"\{(\w+)\}", lambda m: str(vals.get(m.group(1).lower(), "")), s)
    u = fill(t)
    if i == "send_document" and "mail" in vals and vals["mail"] in u and th in u:
        k.user(u)
        if not re.search(r"\.\w{2,4}$", th):
            search(k, th, [(fact(R.choice(KINDS), th), th)], send=vals["mail"])
            return
        k.call("send_document", {"email": vals["mail"], "source": th}, {"sent": True})
        return k.say(f"I sent {th} to {vals['mail']}.")
    if i == "send_document":
        return
    k.user(u)
    if i == "find_and_send":
        if vals.get("mail") not in u:
            return k.say("To which e-mail address?")
        return search(k, th, [(fact(R.choice(KINDS), th), th)], send=vals["mail"])
    if i == "unknown_thing":
        f = [(fact(R.choice(KINDS), th), th)]
        return search(k, query(u), f, quote=True)
    if i == "two_questions":
        a = R.choice(d["asks"]) if "asks" in d else None
        idx = d["user"].index(q0)
        a = d["asks"][idx] if "asks" in d and idx < len(d["asks"]) else a
        if not a or any(x not in SAY for x in a):
            k.m.pop()
            return
        fs = [(fact(x, th), th) for x in a]
        docs = passages(fs + ([(fact(R.choice([z for z in KINDS if z not in a]), th), th)] if R.random() < 0.5 else []))
        order_ = docs[:]
        R.shuffle(order_)
        k.call("search_documents", {"query": query(u)}, order_)
        return k.say(" ".join(f"{x['text']} [{x['source']}]" for x in docs[:2]))
    kind = ASK[i]
    known = R.random() < 0.82
    right = fact(kind, th)
    fs = [(right, th)] if known else []
    while len(fs) < R.choice([1, 2, 3, 3, 3]):
        kk = R.choice([x for x in KINDS if x != kind]) if R.random() < 0.6 else kind
        tt = th if kk != kind else R.choice(THINGS)
        if tt == th and kk == kind:
            continue
        if {kk, kind} in (
            {"duration", "warranty"},
            {"time", "deadline"},
            {"price", "limit"},
            {"size", "capacity"},
        ) and tt == th:
            continue
        fs.append((fact(kk, tt), tt))
    docs = passages(fs)
    src = docs[0]["source"] if known else None
    R.shuffle(docs)
    k.call("search_documents", {"query": query(u)}, docs)
    k.say(f"{right} [{src}]" if known else "The documents do not say.")


def search(k, q, facts, send=None, quote=False):
    if R.random() < 0.12:
        k.call("search_documents", {"query": q}, [])
        return k.say("The documents do not say.")
    docs = passages(facts)
    src = docs[0]["source"]
    right = docs[0]["text"]
    for _ in range(R.choice([0, 1, 2, 2])):
        tt = R.choice(THINGS)
        docs.append({"source": filename(tt), "text": fact(R.choice(KINDS), tt)})
    R.shuffle(docs)
    k.call("search_documents", {"query": q}, docs)
    if send:
        k.call("send_document", {"email": send, "source": src}, {"sent": True})
        return k.say(f"I sent {src} to {send}.")
    k.say(f"{right} [{src}]")


DO = {"support": support, "workflow": workflow, "rag": rag}
w = open(out, "w")
n = 0
while n < count:
    a = R.choices(["support", "workflow", "rag"], [4, 3, 4])[0]
    k = Talk(a)
    for _ in range(R.choice([3, 4, 5, 6, 7])):
        DO[a](k)
    if len(k.m) > 2 and k.m[-1]["role"] == "assistant" and "content" in k.m[-1]:
        w.write(json.dumps({"tools": TOOLS[a], "messages": k.m}, ensure_ascii=False) + "\n")
        n += 1
print(n, sum(map(len, P.values())))
