"""What Anthropic's client for Python does with chaski serve: python3 anthropic_client.py URL

It needs the package anthropic. Each check is a function; a failed assertion ends the program."""
import sys

import anthropic

client = anthropic.Anthropic(base_url=sys.argv[1], api_key="none", max_retries=0)
HELLO = {"model": "mini", "max_tokens": 200, "messages": [{"role": "user", "content": "Hello!"}]}
LOOKUP = {
    "name": "lookup_order",
    "description": "Look up an order",
    "strict": True,
    "input_schema": {
        "type": "object",
        "additionalProperties": False,
        "required": ["order_number"],
        "properties": {"order_number": {"type": "integer", "description": "Number of the order"}},
    },
}
ORDER = {
    "model": "mini",
    "max_tokens": 200,
    "system": [{"type": "text", "text": "You are a customer service assistant. Use the tools.", "cache_control": {"type": "ephemeral"}}],
    "messages": [{"role": "user", "content": "Where is my order 1042?"}],
    "tools": [LOOKUP],
}


def chat():
    m = client.messages.create(**HELLO)
    assert m.content[0].type == "text" and m.content[0].text and m.stop_reason == "end_turn", m
    assert m.usage.output_tokens > 0 and m.role == "assistant" and m.id.startswith("msg_"), m
    assert client.messages.count_tokens(model="mini", messages=HELLO["messages"]).input_tokens == m.usage.input_tokens + m.usage.cache_read_input_tokens


def streaming():
    whole = client.messages.create(**HELLO).content[0].text
    with client.messages.stream(**HELLO) as stream:
        text = "".join(stream.text_stream)
        last = stream.get_final_message()
    assert text == whole and last.content[0].text == whole and last.stop_reason == "end_turn", (text, last)
    raw = [e.type for e in client.messages.create(**HELLO, stream=True)]
    assert raw[0] == "message_start" and raw[1] == "content_block_start" and raw[-3:] == ["content_block_stop", "message_delta", "message_stop"], raw


def tools():
    first = client.messages.create(**ORDER)
    use = [b for b in first.content if b.type == "tool_use"]
    assert len(use) == 1 and use[0].name == "lookup_order" and use[0].input == {"order_number": 1042} and first.stop_reason == "tool_use", first
    with client.messages.stream(**ORDER) as stream:
        pieces = [e.partial_json for e in stream if e.type == "input_json"]
        last = stream.get_final_message()
    assert last.content[-1].input == use[0].input and last.stop_reason == "tool_use" and "1042" in "".join(pieces), last
    answer = client.messages.create(**{**ORDER, "messages": ORDER["messages"] + [
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use[0].id, "content": '{"order_number": 1042, "status": "shipped", "item": "blue lamp"}'}]},
    ]})
    assert "shipped" in answer.content[0].text and answer.stop_reason == "end_turn", answer


def choices():
    forced = client.messages.create(**{**ORDER, "messages": HELLO["messages"], "tool_choice": {"type": "tool", "name": "lookup_order"}})
    assert forced.content[-1].type == "tool_use", forced
    none = client.messages.create(**{**ORDER, "tool_choice": {"type": "none"}})
    assert all(b.type == "text" for b in none.content) and none.stop_reason == "end_turn", none


def structured():
    schema = {"type": "object", "additionalProperties": False, "required": ["city"], "properties": {"city": {"enum": ["Lima", "Paris"]}}}
    m = client.messages.create(**HELLO, output_config={"format": {"type": "json_schema", "schema": schema}})
    import json
    assert json.loads(m.content[0].text)["city"] in ("Lima", "Paris"), m


def errors():
    for change, kind, said in [
        ({"model": "claude-17"}, anthropic.NotFoundError, "claude-17"),
        ({"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}]}]}, anthropic.BadRequestError, "images"),
    ]:
        try:
            client.messages.create(**{**HELLO, **change})
        except kind as e:
            assert said in str(e) and e.body["type"] == "error" and e.request_id, e.body
        else:
            raise AssertionError(change)


def models():
    assert [m.id for m in client.models.list()] == ["mini"]
    assert client.models.retrieve("mini").display_name


for check in (chat, streaming, tools, choices, structured, errors, models):
    check()
    print("ok", check.__name__)
