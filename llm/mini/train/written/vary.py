"""Varies conversations on their way to the packer: vary.py SEED < IN.jsonl > OUT.jsonl

The examples' system prompts and tool descriptions come in several wordings, and most errors of calls in the form in which
the runtime shows a failed call. Some numbers of calls stand with their thousands apart in what the user says.
"""

import json
import random
import re
import sys

R = random.Random(int(sys.argv[1]))
SYS = {
    "You are a customer service assistant. Use the tools.": [
        "You are the customer service assistant of a web shop. Look orders up with the tools before you answer.",
        "You are a friendly support agent. Use the tools to help the customer.",
        "You help the customers of a shop with their orders. Use the tools.",
        "You answer customers of our shop. Look up the order first. Be brief.",
    ],
    "You do back-office jobs. Use the tools.": [
        "You help the accounting team with unpaid invoices. Use the tools.",
        "You are a back-office assistant. Use the tools; only do what you were asked to do.",
        "You look after our invoices. List the overdue ones before you do anything else.",
        "You are an office assistant. Send reminders and post summaries when you are asked to.",
    ],
    "Answer from the documents and name the source in brackets.": [
        "Answer questions from the documents. Name the source in brackets.",
        "You answer questions with what the documents say. Always search first and name the source in brackets.",
        "You are our handbook's assistant. Search the documents, answer in a sentence and name the source in brackets.",
        "Search the documents before you answer. Name the source of each answer in brackets.",
    ],
}
DESC = {
    "Look up an order": [
        "Look up an order by its number: item, status, expected date and total",
        "Get the status of an order",
        "Find an order and see its status, item, total and when it is expected",
    ],
    "Refund an order": [
        "Refund money for an order to the customer",
        "Pay money back for an order",
        "Give the customer a refund for an order",
    ],
    "List the invoices that are overdue": [
        "List all overdue invoices with customer, amount and code",
        "Get the invoices that are not paid in time",
        "Show which invoices are overdue",
    ],
    "Post a summary to a channel": [
        "Post a short summary to a team channel",
        "Write a summary into a chat channel",
        "Publish a summary in a channel",
    ],
    "Send a reminder of an invoice": [
        "Send a customer a payment reminder for an invoice",
        "Remind a customer by e-mail of an unpaid invoice",
        "E-mail a reminder about one overdue invoice",
    ],
    "Search the documents": [
        "Search the documents and get the passages that fit best",
        "Find passages in the documents",
        "Look something up in the documents",
    ],
    "Send a document by e-mail": [
        "E-mail a document to somebody",
        "Send one of the documents to an e-mail address",
        "Mail a document to a person",
    ],
}


def low(d):
    return d[:1].lower() + d[1:]


def numbers(v):
    """The numbers of four to six digits in a call's arguments, as they would be said."""
    if isinstance(v, dict):
        v = list(v.values())
    if isinstance(v, list):
        return set().union(*map(numbers, v)) if v else set()
    s = str(v)
    year = re.fullmatch("(1[89]|20)[0-9][0-9]", s)
    return {s} if re.fullmatch("[1-9][0-9]{3,5}", s) and not year else set()


def apart(messages):
    """Writes the numbers that calls take with their thousands apart where the user says them: 1,043."""
    said = set().union(*(numbers(k.get("arguments")) for m in messages for k in m.get("calls", [])), set())
    for m in messages:
        for n in said if m["role"] == "user" else ():
            m["content"] = re.sub(rf"(?<![\w.,#/:-]){n}(?![\w/:-]|[.,][0-9])", f"{int(n):,}", m["content"])


for line in sys.stdin:
    c = json.loads(line)
    if R.random() < 0.15:
        apart(c.get("messages", []))
    ds = {d: R.choice(v) for d, v in DESC.items() if R.random() < 0.5} if R.random() < 0.55 else {}
    mine = {t.get("description") for t in c.get("tools", [])} & set(DESC)
    for t in c.get("tools", []):
        t["description"] = ds.get(t.get("description"), t.get("description", ""))
    for m in c.get("messages", []):
        if m["role"] == "system" and m["content"] in SYS and R.random() < 0.5:
            m["content"] = R.choice(SYS[m["content"]])
        if m["role"] == "assistant" and "What I can do" in m.get("content", ""):
            for d in mine:
                if d in ds:
                    m["content"] = m["content"].replace(low(d), low(ds[d]))
        if (
            m["role"] == "tool"
            and isinstance(m.get("value"), dict)
            and set(m["value"]) == {"error"}
            and R.random() < 0.8
        ):
            e = str(m.pop("value")["error"])
            s = (
                "denied"
                if any(w in e for w in ("approved", "allowed", "permission", "too high", "need a person", "not late"))
                else "timeout" if "timed out" in e else "fail"
            )
            m["content"], m["is_error"] = s + ": " + e, True
    print(json.dumps(c, ensure_ascii=False))
