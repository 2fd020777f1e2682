"""What OpenAI's client for Python does with chaski serve: python3 openai_client.py URL

It needs the package openai. Each check is a function; a failed assertion ends the program."""
import json
import sys
import time

import openai
from pydantic import BaseModel

client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key="none", max_retries=0)
HELLO = [{"role": "user", "content": "Hello!"}]
ASSISTANT = "You are a customer service assistant. Use the tools."
PARAMETERS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["order_number"],
    "properties": {"order_number": {"type": "integer", "description": "Number of the order"}},
}
LOOKUP = {"name": "lookup_order", "description": "Look up an order", "strict": True, "parameters": PARAMETERS}
ORDER = [{"role": "system", "content": ASSISTANT}, {"role": "user", "content": "Where is my order 1042?"}]
FOUND = '{"order_number": 1042, "status": "shipped", "item": "blue lamp"}'


class Place(BaseModel):
    city: str
    sure: bool


def chat():
    whole = client.chat.completions.create(model="mini", messages=HELLO)
    text = whole.choices[0].message.content
    assert text and whole.choices[0].finish_reason == "stop" and whole.usage.total_tokens > 0, whole
    chunks = list(client.chat.completions.create(model="mini", messages=HELLO, stream=True, stream_options={"include_usage": True}))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == text, chunks
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens, chunks[-1]


def chat_tools():
    args = {"model": "mini", "messages": ORDER, "tools": [{"type": "function", "function": LOOKUP}]}
    first = client.chat.completions.create(**args)
    call = first.choices[0].message.tool_calls[0]
    assert json.loads(call.function.arguments) == {"order_number": 1042} and first.choices[0].finish_reason == "tool_calls", first
    with client.chat.completions.stream(**args) as stream:
        for _ in stream:
            pass
        last = stream.get_final_completion()
    assert last.choices[0].message.tool_calls[0].function.arguments == call.function.arguments, last
    answer = client.chat.completions.create(**{**args, "messages": ORDER + [first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": FOUND}]})
    assert "shipped" in answer.choices[0].message.content, answer


def chat_structured():
    out = client.chat.completions.parse(model="mini", messages=HELLO, response_format=Place)
    assert isinstance(out.choices[0].message.parsed, Place), out


def responses():
    whole = client.responses.create(model="mini", input="Hello!")
    assert whole.status == "completed" and whole.output_text and whole.usage.output_tokens > 0, whole
    with client.responses.stream(model="mini", input="Hello!") as stream:
        events = list(stream)
        last = stream.get_final_response()
    assert last.output_text == whole.output_text, last
    assert "".join(e.delta for e in events if e.type == "response.output_text.delta") == whole.output_text
    assert [e.sequence_number for e in events] == list(range(len(events))), events


def responses_state():
    args = {"model": "mini", "instructions": ASSISTANT, "tools": [{"type": "function", **LOOKUP}]}
    first = client.responses.create(input="Where is my order 1042?", **args)
    call = [i for i in first.output if i.type == "function_call"][0]
    assert json.loads(call.arguments) == {"order_number": 1042}, first
    answer = client.responses.create(previous_response_id=first.id, input=[{"type": "function_call_output", "call_id": call.call_id, "output": FOUND}], **args)
    assert "shipped" in answer.output_text and answer.previous_response_id == first.id, answer
    assert client.responses.retrieve(answer.id).output_text == answer.output_text
    items = client.responses.input_items.list(answer.id, order="asc").data
    assert [i.type for i in items] == ["message", "function_call", "function_call_output"], items
    with client.responses.stream(input="Where is my order 1042?", **args) as stream:
        for _ in stream:
            pass
        assert stream.get_final_response().output[-1].arguments == call.arguments
    client.responses.delete(first.id)
    try:
        client.responses.retrieve(first.id)
    except openai.NotFoundError:
        pass
    else:
        raise AssertionError("a deleted response is found")


def responses_structured():
    out = client.responses.parse(model="mini", input="Hello!", text_format=Place)
    assert isinstance(out.output_parsed, Place), out


def responses_background():
    r = client.responses.create(model="mini", input="Hello!", background=True)
    while r.status in ("queued", "in_progress"):
        time.sleep(0.05)
        r = client.responses.retrieve(r.id)
    assert r.status == "completed" and r.output_text, r
    assert client.responses.cancel(r.id).status == "completed"
    events = list(client.responses.retrieve(r.id, stream=True, starting_after=2))
    assert events[0].sequence_number == 3 and events[-1].type == "response.completed", events
    assert client.responses.input_tokens.count(model="mini", input="Hello!").input_tokens == r.usage.input_tokens


def incomplete():
    r = client.responses.create(model="mini", input="Hello!", max_output_tokens=2, store=False)
    assert r.status == "incomplete" and r.incomplete_details.reason == "max_output_tokens", r


def embeddings():
    out = client.embeddings.create(model="mini", input=["Where is my order?", "The cat sleeps."])
    assert len(out.data) == 2 and abs(sum(x * x for x in out.data[0].embedding) - 1) < 1e-4, out.usage
    plain = client.embeddings.create(model="mini", input="Where is my order?", encoding_format="float")
    assert max(abs(a - b) for a, b in zip(plain.data[0].embedding, out.data[0].embedding)) < 0.01


def errors():
    for make, kind in [
        (lambda: client.chat.completions.create(model="gpt-17", messages=HELLO), openai.NotFoundError),
        (lambda: client.responses.create(model="mini", input="x", previous_response_id="resp_none"), openai.NotFoundError),
        (lambda: client.responses.create(model="mini", input=[{"role": "user", "content": [{"type": "input_image", "image_url": "data:"}]}]), openai.BadRequestError),
        (lambda: client.embeddings.create(model="mini", input="x", dimensions=3), openai.BadRequestError),
    ]:
        try:
            make()
        except kind as e:
            assert e.body["message"] and e.body["type"] == "invalid_request_error", e.body
        else:
            raise AssertionError(kind)


def models():
    assert [m.id for m in client.models.list()] == ["mini"]


for check in (chat, chat_tools, chat_structured, responses, responses_state, responses_structured, responses_background, incomplete, embeddings, errors, models):
    check()
    print("ok", check.__name__)
