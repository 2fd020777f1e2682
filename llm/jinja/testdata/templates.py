"""Prints, a line of JSON for each chat template in a folder, what Jinja2 makes of nine
conversations, in the way that transformers sets it up. pip install jinja2;
python templates.py FOLDER >templates.jsonl; CHASKI_TEMPLATES=templates.jsonl go test ./llm/jinja"""
import datetime, glob, json, os, sys
import jinja2, jinja2.ext, jinja2.nodes, jinja2.sandbox

NOW = datetime.datetime(2026, 11, 28, 9, 5, 7)


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        lineno = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(lineno)

    def _body(self, caller):
        return caller()


def refuse(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


env = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
env.filters["tojson"] = tojson
env.globals["raise_exception"] = refuse
env.globals["strftime_now"] = NOW.strftime

TOOL = {"type": "function", "function": {"name": "get_weather", "description": "Current weather of a city.", "parameters": {
    "type": "object", "properties": {"city": {"type": "string", "description": "A city, such as São Paulo"}, "days": {"type": "integer", "default": 1},
                                     "units": {"type": "string", "enum": ["metric", "imperial"]}}, "required": ["city"]}}}
TIME = {"type": "function", "function": {"name": "get_time", "description": "", "parameters": {"type": "object", "properties": {}}}}


def call(name, arguments, id):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


user = {"role": "user", "content": "What's the weather in Lima <now>?"}
system = {"role": "system", "content": "  You answer in one sentence.\n"}
called = {"role": "assistant", "content": "", "tool_calls": [call("get_weather", {"units": "metric", "city": "Lima"}, "abcdef123")]}
result = {"role": "tool", "name": "get_weather", "tool_call_id": "abcdef123", "content": '{"sky": "grey", "degrees": 17.5}'}
CONVERSATIONS = [
    {"messages": [user]},
    {"messages": [system, user]},
    {"messages": [system, user, {"role": "assistant", "content": "Grey."}, {"role": "user", "content": "And tomorrow?"}]},
    {"messages": [system, user], "tools": [TOOL, TIME]},
    {"messages": [user, called, result], "tools": [TOOL]},
    {"messages": [user, {**called, "content": None}, result, {"role": "assistant", "content": "17.5 degrees."}, {"role": "user", "content": "Thanks!"}], "tools": [TOOL]},
    {"messages": [user, {**called, "tool_calls": [call("get_weather", '{"city": "Lima"}', "abcdef123")]}, result], "tools": [TOOL]},
    {"messages": [user, {**called, "tool_calls": called["tool_calls"] + [call("get_time", {}, "abcdef124")]}, result, {**result, "name": "get_time", "tool_call_id": "abcdef124", "content": "09:05"}], "tools": [TOOL, TIME]},
    {"messages": [system, user, {"role": "assistant", "content": "<think>\nIt is winter.\n</think>\n\nGrey.", "reasoning_content": "It is winter."}, {"role": "user", "content": "Why?"}], "enable_thinking": False},
]
for c in CONVERSATIONS:
    c["add_generation_prompt"] = c["messages"][-1]["role"] != "assistant"

for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.jinja"))):
    source = open(path, encoding="utf-8").read()
    cases = []
    for c in CONVERSATIONS:
        try:
            cases.append({"vars": c, "want": env.from_string(source).render(bos_token="<s>", eos_token="</s>", **c)})
        except Exception as e:
            cases.append({"vars": c, "error": f"{type(e).__name__}: {e}"})
    print(json.dumps({"name": os.path.basename(path), "template": source, "cases": cases}))
