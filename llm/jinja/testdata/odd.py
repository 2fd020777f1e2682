"""Prints what Jinja2 makes of constructs that chat templates use, one or more a line below, in the way that
transformers sets it up. pip install jinja2; python odd.py odd.json"""
import json, jinja2, sys
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.ext import Extension, loopcontrols
from jinja2 import nodes
class Gen(Extension):
    tags={"generation"}
    def parse(self, parser):
        ln=next(parser.stream).lineno
        body=parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_g"),[],[],body).set_lineno(ln)
    def _g(self, caller): return caller()
def raise_exception(m): raise jinja2.exceptions.TemplateError(m)
def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
env=ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Gen, loopcontrols])
env.filters["tojson"]=tojson
env.globals["raise_exception"]=raise_exception
V={"messages":[{"role":"system","content":" Be kind. "},{"role":"user","content":"Hé <b>\"x\"</b> & y"},{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"f","arguments":{"b":1,"a":[True,None,2.5,"ü"]}}}]},{"role":"tool","content":"12"}],
"tools":[{"type":"function","function":{"name":"f","description":"D","parameters":{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"integer","enum":[1,2]}},"required":["z"]}}}],
"n":7,"s":"  Abc def, ghi  ","empty":[],"none":None,"t":True,"x":1.0,"big":10000000000000001,"d":{"k":1,"j":{"m":[1,2,3]}},"l":[3,1,2],"words":["b","A","c"],"neg":-3,"add_generation_prompt":True}
T='''
{{ tools | tojson }}
{{ tools | tojson(indent=4) }}
{{ d | tojson(indent=2) }}|{{ [] | tojson(indent=2) }}|{{ {} | tojson(indent=2) }}
{{ tools[0].function.parameters | tojson(separators=(',', ':')) }}
{{ d | tojson(sort_keys=true) }}
{{ "é<&>'" | tojson }}|{{ "é" | tojson(ensure_ascii=true) }}
{{ messages | selectattr("role", "equalto", "user") | list | length }}
{{ messages | selectattr("role", "eq", "user") | map(attribute="content") | first }}
{{ messages | rejectattr("role", "equalto", "user") | map(attribute="role") | join(",") }}
{{ messages | selectattr("role", "in", ["user", "tool"]) | map(attribute="role") | join("|") }}
{{ messages | selectattr("tool_calls", "defined") | list | length }}
{{ messages | selectattr("tool_calls") | list | length }}
{{ l | select("odd") | list }}|{{ l | reject("odd") | list }}|{{ l | select(">", 1) | list }}
{{ words | map("upper") | join }}|{{ words | map("lower") | list }}
{{ words | sort }}|{{ words | sort(reverse=true) }}|{{ words | sort(case_sensitive=true) }}|{{ messages | sort(attribute="role") | map(attribute="role") | join(" ") }}
{{ l | sum }}|{{ l | max }}|{{ l | min }}|{{ l | reverse | list }}|{{ "abc" | reverse }}|{{ l | last }}|{{ [] | first }}
{{ [1,1,2,"a","A"] | unique | list }}
{{ d.keys() | list }}|{{ d.values() | list }}
{{ l | batch(2) | list }}|{{ l | slice(2) | list }}
{{ messages | groupby("role") | map(attribute="grouper") | join(",") }}
{{ s | trim }}|{{ s.strip() }}|{{ s.lstrip() }}|{{ s.rstrip() }}|{{ s.upper() }}|{{ s.lower() }}|{{ s.title() }}|{{ s | capitalize }}|{{ s | title }}
{{ s.split() }}|{{ s.split(",") }}|{{ s.split(" ", 3) }}|{{ "a-b-c".rsplit("-", 1) }}|{{ "a\\nb".splitlines() }}
{{ "abc".startswith("ab") }}|{{ "abc".startswith(("x", "a")) }}|{{ "abc".endswith("bc") }}|{{ "abc".find("c") }}|{{ "abc".find("z") }}|{{ "aXa".count("a") }}|{{ "abcb".index("b") }}|{{ "abcb".rfind("b") }}
{{ "xxabxx".strip("x") }}|{{ "xab".removeprefix("x") }}|{{ "abx".removesuffix("x") }}|{{ "a b".replace(" ", "_") }}|{{ "aaa".replace("a", "b", 2) }}
{{ "a" ~ 1 ~ none ~ true ~ 2.0 }}|{{ "ab" * 3 }}|{{ [1] + [2] }}|{{ [0] * 3 }}
{{ "abcdef"[1:3] }}|{{ "abcdef"[-2:] }}|{{ "abcdef"[:-2] }}|{{ "abcdef"[::2] }}|{{ "abcdef"[::-1] }}|{{ "abcdef"[4:1:-1] }}|{{ l[-1] }}|{{ l[:-1] }}|{{ l[1:] }}|{{ l[::-1] }}|{{ "abc"[-1] }}|{{ l[5:] }}
{{ 7 // 2 }}|{{ -7 // 2 }}|{{ 7 % 3 }}|{{ -7 % 3 }}|{{ 7 / 2 }}|{{ 2 ** 10 }}|{{ 2 ** -1 }}|{{ 1.5 + 1 }}|{{ 4 / 2 }}|{{ 1e3 }}|{{ 10 ** 20 }}
{{ n is odd }}|{{ n is even }}|{{ n is divisibleby 7 }}|{{ n is number }}|{{ x is float }}|{{ n is integer }}|{{ t is boolean }}|{{ t is true }}|{{ none is none }}|{{ s is string }}|{{ l is iterable }}|{{ s is iterable }}|{{ d is mapping }}|{{ l is mapping }}|{{ l is sequence }}|{{ s is sequence }}|{{ d is sequence }}|{{ undefinedthing is defined }}|{{ undefinedthing is undefined }}|{{ none is defined }}|{{ t is integer }}|{{ t is number }}
{{ n is eq 7 }}|{{ n is gt 3 }}|{{ n is ne 3 }}|{{ n is in [1, 7] }}|{{ n is not none }}|{{ "A" is upper }}|{{ "a" is lower }}|{{ n is sameas n }}|{{ n is callable }}|{{ n is false }}
{{ 1 in l }}|{{ "b" in "abc" }}|{{ "k" in d }}|{{ 5 not in l }}|{{ not t }}|{{ t and 3 }}|{{ empty or "z" }}|{{ none or 0 }}|{{ 1 < 2 < 3 }}|{{ 1 < n <= 7 }}|{{ "a" < "b" }}|{{ [1,2] == [1,2] }}|{{ 1 == 1.0 }}|{{ 1 == true }}|{{ none == false }}
{{ "yes" if t else "no" }}|{{ "yes" if none }}|{{ ("a" if t else "b") ~ "c" }}|{{ 1 if false else 2 if false else 3 }}
{{ x }}|{{ big }}|{{ neg }}|{{ neg | abs }}|{{ 2.5 | round }}|{{ 2.567 | round(2) }}|{{ 2.1 | int }}|{{ "12" | int }}|{{ "z" | int }}|{{ "z" | int(5) }}|{{ "1.5" | float }}|{{ 5 | string }}|{{ t | int }}|{{ 1e20 }}|{{ 0.1 + 0.2 }}|{{ 1e-7 }}
{{ undefinedthing | default("d") }}|{{ none | default("d") }}|{{ none | default("d", true) }}|{{ "" | d("e", true) }}|{{ d.missing | default("m") }}|{{ d["missing"] is defined }}|{{ undefinedthing }}|
{{ none }}|{{ true }}|{{ [none, true, 1.0, "a'b", 'q"', "\\n"] }}|{{ {"a": [1, {"b": none}]} }}
{{ "a'b" }}|{{ ["it's"] }}|{{ ['say "hi"'] }}|{{ ["both ' and \\""] }}|{{ ["é", "tab\\t", "\\u00a0", "\\x7f"] }}
{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem.role if loop.previtem is defined else "-" }}{{ loop.nextitem.role if not loop.last else "-" }}{{ loop.cycle("a", "b") }};{% endfor %}
{% for m in messages %}{% if loop.previtem and loop.previtem.role == "user" %}after user: {{ m.role }}{% endif %}{% endfor %}
{% for m in messages %}{% if m.role == "system" %}{% continue %}{% endif %}{{ m.role }},{% if m.role == "assistant" %}{% break %}{% endif %}{% endfor %}
{% for m in messages if m.role != "system" %}{{ loop.index }}{{ m.role }}{% else %}none{% endfor %}|{% for m in empty %}x{% else %}none{% endfor %}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }}{% endfor %}{% for a, b in [(1, 2), (3, 4)] %}{{ a + b }}{% endfor %}
{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}{% for c in "abc" %}[{{ c }}]{% endfor %}
{% for m in messages recursive %}{{ loop.depth }}{% endfor %}
{% set ns = namespace(a=1, found=false) %}{% for m in messages %}{% set ns.a = ns.a + 1 %}{% if m.role == "tool" %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.a }}{{ ns.found }}
{% set v = 1 %}{% for i in [1, 2] %}{% set v = v + i %}{{ v }}{% endfor %}{{ v }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set (c, e) = (3, 4) %}{{ c }}{{ e }}
{% set block %}  text {{ n }}
 more{% endset %}[{{ block }}]{{ block | length }}
{% set up | upper %}text{% endset %}{{ up }}
{% macro f(a, b="x", c=none) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }}|{{ f(1, 2) }}|{{ f(a=3, c=4) }}|{{ f(1, c=2, b=3) }}
{% macro g(x) %}{% if x > 0 %}{{ x }}{{ g(x - 1) }}{% endif %}{% endmacro %}{{ g(3) }}
{% macro h() %}{{ varargs | length }}{{ kwargs | length }}{% endmacro %}{{ h(1, 2, z=3) }}
{% macro wrap(t) %}<{{ t }}>{{ caller() }}</{{ t }}>{% endmacro %}{% call wrap("b") %}in{{ n }}{% endcall %}
{% filter upper %}abc {{ n }}{% endfilter %}
{% raw %}{{ not }} {% this %}{% endraw %}
{# a comment #}x{#- another -#}  y
  {%- if t -%}  a  {%- endif -%}  b
a
  {% if t %}
b
  {% endif %}
c
{{- "x" -}}   y   {{ "z" }}
{%+ if t %}plus{% endif +%}
z
{% generation %}{{ n }}{% endgeneration %}|
{% if n == 1 %}a{% elif n == 7 %}b{% else %}c{% endif %}
{% with q = 5 %}{{ q }}{% endwith %}{{ q is defined }}
{{ messages[0]["content"] | trim | length }}|{{ messages[-1].role }}|{{ messages[2].tool_calls[0].function.arguments | tojson }}|{{ messages[0].get("x", "dflt") }}|{{ messages[0].get("role") }}|{{ messages[0]["nothing"] is defined }}
{{ "a,b"|replace(",", ";") }}|{{ "x" | indent }}|{{ "a\\nb\\n\\nc" | indent(2) }}|{{ "a\\nb" | indent(2, true) }}|{{ "a\\nb" | indent(width=3, first=true) }}
{{ "a b c" | wordcount }}|{{ "abc" | length }}|{{ "abc" | count }}|{{ d | length }}|{{ "abc" | list }}|{{ "<a>" | escape }}|{{ "<a>" | e }}|{{ "<b>x</b>" | striptags }}|{{ "x" | safe }}
{{ "%s is %d" | format("a", 3) }}|{{ "%s" % "z" }}|{{ "%05.1f" % 2.25 }}
{{ "{} {}".format("a", 1) }}|{{ "{0}-{0}".format("q") }}|{{ "a".join(["1", "2"]) }}|{{ ["1", "2"] | join(", ") }}|{{ messages | map(attribute="role") | join(", ") }}
{{ "abcdefghij" | truncate(5) }}|{{ "a b" | urlencode }}|{{ "a" | center(5) }}|{{ "abc".center(7, "*") }}|{{ "7".zfill(3) }}|{{ "a".ljust(3) }}|{{ "a".rjust(3) }}|
{{ [1, [2, 3]] | first }}|{{ {"b": 1, "a": 2} | list }}|{{ dict(a=1, b=2) }}|{{ dict(d, k=9).k }}|{{ namespace(z=1).z }}
{{ "isalpha".isalpha() }}|{{ "12".isdigit() }}|{{ " ".isspace() }}|{{ "aB".swapcase() }}|{{ "ab".isupper() }}|{{ "a1".isalnum() }}|{{ "ab cd".capitalize() }}
{{ raise_exception("Only " ~ n) }}
{{ undefinedthing.x }}
{{ undefinedthing + 1 }}
{{ none.x }}|{{ none.x is defined }}
{{ "a" + 1 }}
{{ messages[9] }}|{{ messages[9] is defined }}
{{ l | map("string") | join("-") }}|{{ l | join("-", attribute=none) }}
{{ [{"a": 1}, {"b": 2}] | map(attribute="a", default=0) | list }}
{{ messages | map(attribute="content.length") | list | length }}
{{ -n | abs }}|{{ -3 | abs }}|{{ 2 ** 3 ** 2 }}|{{ -n is odd }}|{{ - l[0] }}|{{ 2 * -n | abs }}
{{ true and false or true }}|{{ not true or true }}|{{ (1, 2) in [(1, 2)] }}|{{ -n }}|{{ +n }}|{{ - 2 ** 2 }}|{{ 2 - -2 }}
{{ "line\\nbreak" }}|{{ 'single\\'quote' }}|{{ "tab\\tx" }}|{{ "uni\\u00e9" }}|{{ "\\x41" }}|{{ "back\\\\slash" }}
{{ [1,2,3,] }}|{{ {"a": 1,} }}|{{ {} }}|{{ {1: 2} }}|{{ {"k": d} }}
{{ 1_000 }}|{{ 0x1f }}|{{ 1.0e2 }}|{{ .5 is defined }}
{{ "a" "b" }}|{{ "x" ~ ("y" | upper) }}|{{ ("a" ~ "b") | upper }}|{{ "a" ~ "b" | upper }}
{{ tools is not none and tools | length > 0 }}
{% set j = joiner(", ") %}{% for i in l %}{{ j() }}{{ i }}{% endfor %}
{% set c = cycler("a", "b") %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}
{{ (1, 2) }}|{{ (1,) }}|{{ () }}|{{ [(1, "a")] }}|{{ (1, 2) == [1, 2] }}|{{ d.items() }}|{{ d.keys() }}|{{ d.items() | list }}|{{ (1, 2)[::-1] }}|{{ (1,) + (2,) }}|{{ "a,b".partition(",") }}|{{ d | dictsort }}|{{ range(3) }}|{{ range(5)[::-1] }}|{{ (1, 2) | tojson }}|{{ [undefinedthing] }}|{{ (d, 1)[0].k }}
{{ true + 1 }}|{{ 9007199254740993 == 9007199254740992 }}|{{ 1e308 * 10 }}|{{ 5.3 % 0.1 }}|{{ 7 | round }}|{{ 2.1 | round(0, "ceil") }}|{{ "it's so" | title }}|{{ "it's so".title() }}|{{ "straße" | upper }}|{{ "it's" | wordcount }}|{{ "a\\n \\nb" | indent }}|{{ "aaa" | replace("a", "b", 1) }}|{{ ["a", "B"] | min }}|{{ d.items is defined }}|{{ d["nokey"] is defined }}|{{ 1 is sameas true }}|{{ "12" is lower }}|{{ {1: 2}[true] }}|{{ {"a": 1} | tojson(indent=0) }}|{{ words | sort(true) }}|{{ "z" | float(1.5) }}
{% set g = l | map("string") %}{% for i in g %}{{ i }}{% endfor %}-{% for i in g %}{{ i }}{% endfor %}
{% if messages[0].role == "system" -%}
    {%- set sys = messages[0].content | trim -%}
    {%- set rest = messages[1:] -%}
{%- endif -%}
{{ sys }}/{{ rest | length }}
{%- for m in rest -%}
    {%- if (m.role == "user") != (loop.index0 % 2 == 0) -%}!{%- endif -%}
    {{ "<|" ~ m.role ~ "|>" }}
    {{- m.content | default("", true) -}}
    {%- if not loop.last %}{{ "\\n" }}{% endif -%}
{%- endfor -%}
'''
# one template a line, but for those that go over lines
lines=T.strip('\n').split('\n')
out=[];i=0
while i<len(lines):
    L=lines[i]
    if L.startswith('{% set block %}') or L.startswith('{%+ if'): out.append('\n'.join(lines[i:i+2])); i+=2
    elif L=='a': out.append('\n'.join(lines[i:i+6])); i+=6
    elif L.startswith('{% if messages[0].role'): out.append('\n'.join(lines[i:])); break
    else: out.append(L); i+=1
# split a|b|c expressions into single templates, too, so that one refusal hides no other
tpls=[]
for t in out:
    parts=t.split('}}|{{')
    if len(parts)>2 and not t.startswith('{%') and '\n' not in t:
        for k,p in enumerate(parts):
            p=('' if k==0 else '{{')+p+('' if k==len(parts)-1 else '}}')
            tpls.append(p)
    else: tpls.append(t)
rows=[]
for t in tpls:
    row={"template":t}
    try: row["want"]=env.from_string(t).render(**V)
    except Exception as e: row["error"]=type(e).__name__+": "+str(e)
    rows.append(row)
json.dump({"vars":V,"cases":rows},open(sys.argv[1],'w'),ensure_ascii=False,indent=1)
print(len(rows),sum('error' in r for r in rows))
