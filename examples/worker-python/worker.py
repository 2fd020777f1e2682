"""A chaski worker in plain Python: pip install nats-py, then python worker.py nats://127.0.0.1:4222

One read tool and one tool with an effect, over nats-py's micro services. The first
needs nothing but a reply that names its call; the second shows the claim and the
record that keep an effect from happening twice. See docs/protocol.md.
"""

import asyncio, hashlib, json, sys, time

import nats
from nats.js.errors import KeyWrongLastSequenceError
from nats.micro import ServiceConfig, add_service
from nats.micro.service import EndpointConfig


async def serve(nc, spec, handle, kv=None):
    text = json.dumps(spec)
    revision = hashlib.sha256(text.encode()).hexdigest()[:16]
    service = await add_service(nc, ServiceConfig(name=spec["name"], version=spec["version"]))

    async def answer(req):
        h = {k: v for k, v in (req.headers or {}).items() if k in ("Chaski-Call-Id", "Chaski-Attempt")}
        entry = None
        if kv:  # claim the call before its effect; whoever finds a claim runs nothing
            entry = {"state": "claimed", "attempt": int(h["Chaski-Attempt"]), "tool": spec["name"],
                     "tenant": (req.headers or {}).get("Chaski-Tenant", ""), "worker": service.id,
                     "arguments": hashlib.sha256(req.data).hexdigest(), "expires": int(time.time() * 1000) + 30000, "lease_ms": 30000}
            try:
                claim = await kv.create(h["Chaski-Call-Id"], json.dumps(entry).encode())
            except KeyWrongLastSequenceError:
                old = json.loads((await kv.get(h["Chaski-Call-Id"])).value)
                if any(old.get(k, "") != entry[k] for k in ("tool", "tenant", "arguments")):
                    return await req.respond_error("403", "the call id belongs to another call", headers=h)
                if old["state"] == "void":
                    return await req.respond_error("500", "its caller closed it; it did not run", headers=h)
                if old["state"] == "done":
                    return await req.respond(json.dumps(old["value"]).encode(), headers={**h, "Chaski-Replayed": "true"})
                return await req.respond_error("520", "it was started and left no result", headers=h)
        try:
            value = handle(json.loads(req.data))
        except ValueError as e:  # 409: the model may repair the call; 500: it failed
            return await req.respond_error("409", str(e), headers=h)
        if kv:  # record, then reply
            done = {**entry, "state": "done", "status": "ok", "value": value}
            await kv.update(h["Chaski-Call-Id"], json.dumps(done).encode(), claim)
        await req.respond(json.dumps(value).encode(), headers=h)

    await service.add_endpoint(EndpointConfig(name="call", subject=f"chaski.call.{spec['name']}.{revision}",
                                              queue_group="chaski", handler=answer, metadata={"chaski": "1", "spec": text}))


def shout(arguments):
    if not arguments["text"]:
        raise ValueError("the text is empty: send some")
    return {"text": arguments["text"].upper()}


balance = {"total": 0}


def pay(arguments):
    balance["total"] += arguments["amount"]
    return balance


def spec(name, effect, **properties):
    return {"name": name, "version": "1.0.0", "effect": effect, "description": f"{name}, in Python",
            "parameters": {"type": "object", "properties": properties, "required": list(properties)}}


async def main():
    nc = await nats.connect(sys.argv[1])
    kv = await nc.jetstream().key_value("chaski_results")
    await serve(nc, spec("shout", "read", text={"type": "string"}), shout)
    await serve(nc, spec("pay", "once", amount={"type": "integer"}), pay, kv)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
