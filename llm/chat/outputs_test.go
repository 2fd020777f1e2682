package chat

// output is something that a model wrote, and what is to be made of it.
type output struct {
	name    string
	out     string
	text    string         // what is text
	calls   string         // the calls, each its name and arguments in canonical spelling
	err     string         // part of the error
	coerced int            // how many changes are recorded; −1 for any
	tools   *ParserOptions // other than testTools
}

const (
	paris  = `get_weather{"city": "Paris"}`
	order  = `lookup_order{"order_id": 17}`
	callP  = `{"name": "get_weather", "parameters": {"city": "Paris"}}`
	call17 = `{"name": "lookup_order", "parameters": {"order_id": 17}}`
)

var outputs = []output{
	// Good calls.
	{name: "native", out: callP + "<|eot_id|>", calls: paris},
	{name: "native, eom", out: callP + "<|eom_id|>", calls: paris},
	{name: "native, end of text", out: callP + "<|end_of_text|>", calls: paris},
	{name: "native, no end", out: callP, calls: paris},
	{name: "python tag", out: "<|python_tag|>" + callP + "<|eom_id|>", calls: paris},
	{name: "arguments for parameters", out: `{"name": "get_weather", "arguments": {"city": "Paris"}}`, calls: paris},
	{name: "with type", out: `{"type": "function", "name": "get_weather", "parameters": {"city": "Paris"}}`, calls: paris},
	{name: "type last", out: `{"name": "get_weather", "parameters": {"city": "Paris"}, "type": "function"}`, calls: paris},
	{name: "with id", out: `{"id": "call_1", "name": "get_weather", "parameters": {"city": "Paris"}}`, calls: paris},
	{name: "arguments first", out: `{"parameters": {"city": "Paris"}, "name": "get_weather"}`, calls: paris},
	{name: "nested function", out: `{"type": "function", "function": {"name": "get_weather", "parameters": {"city": "Paris"}}}`, calls: paris},
	{name: "nested function, arguments in a string", out: `{"type": "function", "function": {"name": "get_weather", "arguments": "{\"city\": \"Paris\"}"}}`, calls: paris, coerced: 1},
	{name: "function is the name", out: `{"type": "function", "function": "get_weather", "parameters": {"city": "Paris"}}`, calls: paris},
	{name: "compact", out: `{"name":"get_weather","parameters":{"city":"Paris"}}`, calls: paris},
	{name: "indented", out: "{\n    \"name\": \"get_weather\",\n    \"parameters\": {\n        \"city\": \"Paris\"\n    }\n}", calls: paris},
	{name: "white space before", out: " \n\n" + callP, calls: paris},
	{name: "white space after", out: callP + "  \n", calls: paris},
	{name: "no arguments", out: `{"name": "list_orders", "parameters": {}}`, calls: `list_orders{}`},
	{name: "arguments left out", out: `{"name": "list_orders"}`, calls: `list_orders{}`},
	{name: "arguments null", out: `{"name": "list_orders", "parameters": null}`, calls: `list_orders{}`},
	{name: "hyphen in the name", out: `{"name": "send-mail", "parameters": {"to": "a@b.c"}}`, calls: `send-mail{"to": "a@b.c"}`},
	{name: "unicode", out: `{"name": "get_weather", "parameters": {"city": "東京 ☁️"}}`, calls: `get_weather{"city": "東京 ☁️"}`},
	{name: "escapes", out: `{"name": "get_weather", "parameters": {"city": "a\"b\\c\n\u00e9}{"}}`, calls: `get_weather{"city": "a\"b\\c\né}{"}`},
	{name: "surrogate pair", out: `{"name": "get_weather", "parameters": {"city": "\ud83e\udd99"}}`, calls: `get_weather{"city": "🦙"}`},
	{name: "array argument", out: `{"name": "lookup_order", "parameters": {"order_id": 17, "items": ["a", "b"]}}`, calls: `lookup_order{"order_id": 17, "items": ["a", "b"]}`},
	{name: "all scalars", out: `{"name": "refund", "parameters": {"order_id": 1, "amount": 12.5, "reason": "late", "notify": true, "note": null}}`, calls: `refund{"order_id": 1, "amount": 12.5, "reason": "late", "notify": true, "note": null}`},
	{name: "big integer", out: `{"name": "lookup_order", "parameters": {"order_id": 10000000000000001}}`, calls: `lookup_order{"order_id": 10000000000000001}`},
	{name: "argument called name", out: `{"name": "find", "parameters": {"filter": {"name": "x", "parameters": {"max": 1}}}}`, calls: `find{"filter": {"name": "x", "parameters": {"max": 1}}}`},
	{name: "key after the arguments", out: `{"name": "get_weather", "parameters": {"city": "Paris"}, "note": "why not"}`, calls: paris},
	{name: "after the tag and a space", out: "<|python_tag|> " + callP, calls: paris},

	// Several calls.
	{name: "two by semicolon", out: callP + "; " + call17, calls: paris + " " + order},
	{name: "two by semicolon, tight", out: callP + ";" + call17 + "<|eot_id|>", calls: paris + " " + order},
	{name: "two by comma", out: callP + ", " + call17, calls: paris + " " + order},
	{name: "two by line", out: callP + "\n" + call17, calls: paris + " " + order},
	{name: "two by blank line", out: callP + "\n\n" + call17 + "\n", calls: paris + " " + order},
	{name: "two by nothing", out: callP + call17, calls: paris + " " + order},
	{name: "two by comma and line", out: callP + ",\n" + call17, calls: paris + " " + order},
	{name: "three", out: callP + "; " + call17 + "; " + callP, calls: paris + " " + order + " " + paris},
	{name: "trailing semicolon", out: callP + ";", calls: paris},
	{name: "array", out: "[" + callP + ", " + call17 + "]", calls: paris + " " + order},
	{name: "array of one", out: "[" + callP + "]", calls: paris},
	{name: "array, indented", out: "[\n  " + callP + ",\n  " + call17 + "\n]\n", calls: paris + " " + order},
	{name: "array after the tag", out: "<|python_tag|>[" + callP + "]<|eom_id|>", calls: paris},
	{name: "a tag for each", out: "<|python_tag|>" + callP + "<|python_tag|>" + call17, calls: paris + " " + order},
	{name: "semicolon and tag", out: callP + "; <|python_tag|>" + call17, calls: paris + " " + order},
	{name: "the same twice", out: callP + "; " + callP, calls: paris + " " + paris},

	// Fences.
	{name: "fence json", out: "```json\n" + callP + "\n```", calls: paris},
	{name: "fence bare", out: "```\n" + callP + "\n```<|eot_id|>", calls: paris},
	{name: "fence never closed", out: "```json\n" + callP, calls: paris},
	{name: "fence with two", out: "```json\n" + callP + "\n" + call17 + "\n```", calls: paris + " " + order},
	{name: "two fences", out: "```json\n" + callP + "\n```\n```json\n" + call17 + "\n```", calls: paris + " " + order},
	{name: "fenced array", out: "```json\n[" + callP + "]\n```\n", calls: paris},
	{name: "fence after the tag", out: "<|python_tag|>```json\n" + callP + "\n```", calls: paris},
	{name: "fenced list of calls", out: "```python\n[get_weather(city=\"Paris\")]\n```", calls: paris},

	// Built-in tools and code.
	{name: "brave", out: `<|python_tag|>brave_search.call(query="gold price")<|eom_id|>`, calls: `brave_search{"query": "gold price"}`},
	{name: "wolfram", out: `<|python_tag|>wolfram_alpha.call(query="100th decimal of pi")`, calls: `wolfram_alpha{"query": "100th decimal of pi"}`},
	{name: "built-in, single quotes", out: `<|python_tag|>brave_search.call(query='it\'s "x"')`, calls: `brave_search{"query": "it's \"x\""}`},
	{name: "built-in without the tag", out: `brave_search.call(query="gold (1oz)")`, calls: `brave_search{"query": "gold (1oz)"}`},
	{name: "custom tool in built-in form", out: `<|python_tag|>get_weather.call(city="Paris")`, calls: paris},
	{name: "custom tool, bare, after the tag", out: `<|python_tag|>get_weather(city="Paris")`, calls: paris},
	{name: "code", out: "<|python_tag|>print(1 + 1)<|eom_id|>", calls: `code_interpreter{"code": "print(1 + 1)"}`},
	{name: "code, lines", out: "<|python_tag|>def f(n):\n    return {\"a\": n}\nf(2)", calls: `code_interpreter{"code": "def f(n):\n    return {\"a\": n}\nf(2)"}`},
	{name: "code that starts with a brace", out: "<|python_tag|>{'a': 1}['a']", calls: `code_interpreter{"code": "{'a': 1}['a']"}`},
	{name: "code that starts with a bracket", out: "<|python_tag|>[x**2 for x in range(3)]", calls: `code_interpreter{"code": "[x**2 for x in range(3)]"}`},
	{name: "code, comment first", out: "<|python_tag|># prime?\nall(7 % i for i in (2, 3))", calls: `code_interpreter{"code": "# prime?\nall(7 % i for i in (2, 3))"}`},
	{name: "code with a call in a string", out: "<|python_tag|>s = '" + `{"name": "get_weather"}` + "'", calls: `code_interpreter{"code": "s = '{\"name\": \"get_weather\"}'"}`},
	{name: "code, unicode", out: "<|python_tag|>print('é🦙')", calls: `code_interpreter{"code": "print('é🦙')"}`},
	{name: "tag and nothing", out: "<|python_tag|><|eom_id|>"},
	{name: "text, then code", out: "Let me compute.<|python_tag|>1+1", text: "Let me compute.", calls: `code_interpreter{"code": "1+1"}`},

	// Python-style lists.
	{name: "list of one", out: `[get_weather(city="Paris")]`, calls: paris},
	{name: "list of two", out: `[get_weather(city="Paris"), lookup_order(order_id=17)]`, calls: paris + " " + order},
	{name: "list after the tag", out: `<|python_tag|>[get_weather(city="Paris")]<|eot_id|>`, calls: paris},
	{name: "list, single quotes", out: `[get_weather(city='Paris', unit='celsius')]`, calls: `get_weather{"city": "Paris", "unit": "celsius"}`},
	{name: "list, Python constants", out: `[refund(order_id=1, amount=2.50, notify=True, note=None)]`, calls: `refund{"order_id": 1, "amount": 2.5, "notify": true, "note": null}`},
	{name: "list, nested", out: `[find(filter={'max': 3,})]`, calls: `find{"filter": {"max": 3}}`},
	{name: "list, tuple", out: `[lookup_order(order_id=1, items=("a", "b"))]`, calls: `lookup_order{"order_id": 1, "items": ["a", "b"]}`},
	{name: "list, no arguments", out: `[list_orders()]`, calls: `list_orders{}`},
	{name: "list, spread over lines", out: "[\n  get_weather(city=\"Paris\"),\n  list_orders(),\n]", calls: paris + " list_orders{}"},
	{name: "list, positional", out: `[get_weather("Paris")]`, calls: paris, coerced: 1},
	{name: "list, brackets in a string", out: `[get_weather(city="P)]a'ris")]`, calls: `get_weather{"city": "P)]a'ris"}`},
	{name: "list, hyphen", out: `[send-mail(to="x")]`, calls: `send-mail{"to": "x"}`},
	{name: "bare call as the whole turn", out: `get_weather(city="Paris")`, calls: paris},

	// Function tags.
	{name: "tag", out: `<function=get_weather>{"city": "Paris"}</function>`, calls: paris},
	{name: "tag, eom", out: `<function=get_weather>{"city": "Paris"}</function><|eom_id|>`, calls: paris},
	{name: "tag without its end", out: `<function=get_weather>{"city": "Paris"}<|eot_id|>`, calls: paris},
	{name: "two tags", out: `<function=get_weather>{"city": "Paris"}</function><function=lookup_order>{"order_id": 17}</function>`, calls: paris + " " + order},
	{name: "two tags, lines", out: "<function=get_weather>{\"city\": \"Paris\"}</function>\n<function=lookup_order>{\"order_id\": 17}</function>\n", calls: paris + " " + order},
	{name: "tag with single quotes", out: `<function=get_weather>{'city': 'Paris'}</function>`, calls: paris},
	{name: "tag of an unknown function", out: `<function=rm>{"path": "/"}</function>`, text: `<function=rm>{"path": "/"}</function>`},

	// Sloppy calls.
	{name: "string for an integer", out: `{"name": "lookup_order", "parameters": {"order_id": "17"}}`, calls: order, coerced: 1},
	{name: "float for an integer", out: `{"name": "lookup_order", "parameters": {"order_id": 17.0}}`, calls: order, coerced: 1},
	{name: "string for a number", out: `{"name": "refund", "parameters": {"order_id": 1, "amount": "12.50"}}`, calls: `refund{"order_id": 1, "amount": 12.5}`, coerced: 1},
	{name: "string for a boolean", out: `{"name": "refund", "parameters": {"order_id": 1, "notify": "true"}}`, calls: `refund{"order_id": 1, "notify": true}`, coerced: 1},
	{name: "number for a string", out: `{"name": "refund", "parameters": {"order_id": 1, "reason": 404}}`, calls: `refund{"order_id": 1, "reason": "404"}`, coerced: 1},
	{name: "string for an array", out: `{"name": "lookup_order", "parameters": {"order_id": 1, "items": "[\"a\", \"b\"]"}}`, calls: `lookup_order{"order_id": 1, "items": ["a", "b"]}`, coerced: 1},
	{name: "string for an object", out: `{"name": "find", "parameters": {"filter": "{\"max\": \"3\"}"}}`, calls: `find{"filter": {"max": 3}}`, coerced: 2},
	{name: "through a reference", out: `{"name": "find", "parameters": {"filter": {"max": "3"}}}`, calls: `find{"filter": {"max": 3}}`, coerced: 1},
	{name: "enum in another case", out: `{"name": "get_weather", "parameters": {"city": "Paris", "unit": "Celsius"}}`, calls: `get_weather{"city": "Paris", "unit": "celsius"}`, coerced: 1},
	{name: "arguments in a string", out: `{"name": "get_weather", "parameters": "{\"city\": \"Paris\"}"}`, calls: paris, coerced: 1},
	{name: "a string stays a string", out: `{"name": "refund", "parameters": {"order_id": 1, "reason": "17"}}`, calls: `refund{"order_id": 1, "reason": "17"}`},
	{name: "null where it may be", out: `{"name": "refund", "parameters": {"order_id": 1, "note": "null"}}`, calls: `refund{"order_id": 1, "note": "null"}`},
	{name: "single quotes", out: `{'name': 'get_weather', 'parameters': {'city': 'Paris'}}`, calls: paris},
	{name: "Python constants in JSON", out: `{"name": "refund", "parameters": {"order_id": 1, "notify": True, "note": None}}`, calls: `refund{"order_id": 1, "notify": true, "note": null}`},
	{name: "trailing comma", out: `{"name": "get_weather", "parameters": {"city": "Paris",},}`, calls: paris},
	{name: "line break in a string", out: "{\"name\": \"send-mail\", \"parameters\": {\"body\": \"a\nb\"}}", calls: `send-mail{"body": "a\nb"}`},
	{name: "prose before, on its own line", out: "I'll look that up.\n\n" + call17, text: "I'll look that up.\n\n", calls: order},
	{name: "prose before, fenced", out: "Sure:\n```json\n" + callP + "\n```", text: "Sure:\n", calls: paris},
	{name: "prose before, two calls", out: "Both:\n" + callP + "\n" + call17 + "<|eot_id|>", text: "Both:\n", calls: paris + " " + order},
	{name: "prose before the tag", out: "Checking. <|python_tag|>" + callP, text: "Checking. ", calls: paris},
	{name: "prose after", out: callP + "\nThis asks for the weather.", text: "This asks for the weather.", calls: paris},
	{name: "header written again", out: "Hello<|start_header_id|>assistant<|end_header_id|>\n\nagain", text: "Hello"},
	{name: "after the end", out: callP + "<|eot_id|>" + callP, calls: paris},

	// Broken calls.
	{name: "unknown tool", out: `{"name": "rm_rf", "parameters": {"path": "/"}}`, calls: `rm_rf{"path": "/"}`, err: "call of rm_rf: no tool of that name"},
	{name: "missing argument", out: `{"name": "lookup_order", "parameters": {}}`, calls: `lookup_order{}`, err: "order_id"},
	{name: "extra argument", out: `{"name": "lookup_order", "parameters": {"order_id": 1, "x": 2}}`, calls: `lookup_order{"order_id": 1, "x": 2}`, err: "x"},
	{name: "wrong type that can't be mended", out: `{"name": "lookup_order", "parameters": {"order_id": "seventeen"}}`, calls: `lookup_order{"order_id": "seventeen"}`, err: "integer"},
	{name: "wrong enum", out: `{"name": "get_weather", "parameters": {"city": "Paris", "unit": "kelvin"}}`, calls: `get_weather{"city": "Paris", "unit": "kelvin"}`, err: "unit"},
	{name: "cut off in the arguments", out: `{"name": "get_weather", "parameters": {"city": "Par`, err: "call of get_weather: the turn ended"},
	{name: "cut off after the name", out: `{"name": "get_weather", `, err: "call of get_weather: the turn ended"},
	{name: "second call cut off", out: callP + `; {"name": "lookup_order", "parameters": {"ord<|eot_id|>`, calls: paris, err: "call of lookup_order: the turn ended"},
	{name: "list cut off", out: `[get_weather(city="Par`, err: "the turn ended"},
	{name: "tag cut off", out: `<function=get_weather>{"city": "Par`, err: "call of get_weather: the turn ended"},
	{name: "built-in cut off", out: `<|python_tag|>brave_search.call(query="gold`, err: "the turn ended"},
	{name: "malformed within", out: `{"name": "get_weather", "parameters": {"city": "Paris"]}}`, err: "malformed JSON"},
	{name: "duplicate arguments", out: `[get_weather(city="a", city="b")]`, text: `[get_weather(city="a", city="b")]`},
	{name: "too many positional", out: `[get_weather("a", "celsius", 3)]`, calls: `get_weather{}`, err: "3 positional arguments"},

	// Answers that are no calls.
	{name: "empty", out: "<|eot_id|>"},
	{name: "text", out: "It is 21 degrees in Paris.<|eot_id|>", text: "It is 21 degrees in Paris."},
	{name: "text, unicode", out: "Il fait 21° à Paris ☀️ 🦙<|eot_id|>", text: "Il fait 21° à Paris ☀️ 🦙"},
	{name: "only white space", out: " \n", text: " \n"},
	{name: "ordinary JSON", out: `{"temperature": 21, "unit": "celsius"}`, text: `{"temperature": 21, "unit": "celsius"}`},
	{name: "JSON of a person", out: `{"name": "Bob", "age": 3}`, text: `{"name": "Bob", "age": 3}`},
	{name: "JSON with only a name", out: `{"name": "Bob"}`, text: `{"name": "Bob"}`},
	{name: "JSON of a schema", out: `{"name": "get_weather", "description": "Current weather", "parameters": {"type": "object"}}`, text: `{"name": "get_weather", "description": "Current weather", "parameters": {"type": "object"}}`},
	{name: "JSON array", out: `[1, 2, 3]`, text: `[1, 2, 3]`},
	{name: "JSON array of objects", out: `[{"a": 1}, {"b": 2}]`, text: `[{"a": 1}, {"b": 2}]`},
	{name: "empty object", out: `{}`, text: `{}`},
	{name: "empty array", out: `[]`, text: `[]`},
	{name: "parameters that are a number", out: `{"name": "get_weather", "parameters": 3}`, text: `{"name": "get_weather", "parameters": 3}`},
	{name: "call in the middle of a line", out: "Write " + callP + " to ask.", text: "Write " + callP + " to ask."},
	{name: "call as an example", out: "For example:\n" + callP + "\nThis would ask for Paris.", text: "For example:\n" + callP + "\nThis would ask for Paris."},
	{name: "fenced example", out: "Use\n```json\n" + callP + "\n```\nto ask.", text: "Use\n```json\n" + callP + "\n```\nto ask."},
	{name: "unknown call after prose", out: "Result:\n" + `{"name": "Bob", "parameters": {"a": 1}}`, text: "Result:\n" + `{"name": "Bob", "parameters": {"a": 1}}`},
	{name: "code in an answer", out: "```python\nprint(get_weather(city=\"Paris\"))\n```", calls: paris, coerced: 1},
	{name: "fenced JSON answer", out: "```json\n{\"a\": 1}\n```", text: "```json\n{\"a\": 1}\n```"},
	{name: "footnote", out: "[1] See the manual.", text: "[1] See the manual."},
	{name: "link", out: "[get_weather](http://x) does it.", text: "[get_weather](http://x) does it."},
	{name: "list of words", out: "[see note]", text: "[see note]"},
	{name: "unknown function in a list", out: `[rm(path="/")]`, text: `[rm(path="/")]`},
	{name: "sentence that starts with a tool", out: "get_weather tells the weather.", text: "get_weather tells the weather."},
	{name: "bare call with prose after", out: `get_weather(city="Paris") asks for Paris.`, text: `get_weather(city="Paris") asks for Paris.`},
	{name: "set notation", out: "{a, b, c} is a set.", text: "{a, b, c} is a set."},
	{name: "less than", out: "<b>bold</b>", text: "<b>bold</b>"},
	{name: "markdown", out: "# Title\n\n- {x}\n- [y]\n`code`\n", text: "# Title\n\n- {x}\n- [y]\n`code`\n"},
	{name: "backticks", out: "`get_weather` is a tool.", text: "`get_weather` is a tool."},
	{name: "template braces", out: "{{name}} said so", text: "{{name}} said so"},

	// Hostile outputs.
	{name: "spelt special tokens stay text", out: "The marker is <|eot" + "_id |> here.", text: "The marker is <|eot" + "_id |> here."},
	{name: "call hidden in a string", out: `{"name": "send-mail", "parameters": {"body": "{\"name\": \"refund\", \"parameters\": {}}"}}`, calls: `send-mail{"body": "{\"name\": \"refund\", \"parameters\": {}}"}`},
	{name: "name twice", out: `{"name": "get_weather", "name": "refund", "parameters": {"order_id": 1}}`, text: `{"name": "get_weather", "name": "refund", "parameters": {"order_id": 1}}`},
	{name: "arguments twice", out: `{"name": "get_weather", "parameters": {"city": "A"}, "parameters": {"city": "B"}}`, err: "malformed JSON"},
	{name: "name in escapes", out: `{"name": "get\u005fweather", "parameters": {"city": "Paris"}}`, calls: paris},
	{name: "quoted name", out: `{"name": "\"get_weather\"", "parameters": {}}`, calls: `"get_weather"{}`, err: "no tool of that name"},
	{name: "brackets that do not match", out: `{"name": ]`, text: `{"name": ]`},
	{name: "only braces", out: `{{{{{{`, text: `{{{{{{`},
	{name: "half an emoji", out: "ok \xf0\x9f\xa6", text: "ok \ufffd\ufffd\ufffd"},
	{name: "control characters", out: "a\x00b\x1bc", text: "a\x00b\x1bc"},

	// Other declarations.
	{name: "no tools: all is text", out: callP, text: callP, tools: &ParserOptions{Tools: noTools}},
	{name: "no tools, but the tag", out: "<|python_tag|>1+1", calls: `code_interpreter{"code": "1+1"}`, tools: &ParserOptions{Tools: noTools}},
	{name: "tools not known", out: `{"name": "anything", "parameters": {"a": 1}}`, calls: `anything{"a": 1}`, tools: &ParserOptions{}},
	{name: "tools not known, a list", out: `[anything(a=1)]`, calls: `anything{"a": 1}`, tools: &ParserOptions{}},
	{name: "tools not known, JSON", out: `{"name": "Bob", "age": 1}`, text: `{"name": "Bob", "age": 1}`, tools: &ParserOptions{}},

	// Turns decoded under a grammar: only its own calls are calls.
	{name: "constrained call", out: callP, calls: paris, tools: constrained},
	{name: "constrained calls", out: callP + "; " + call17 + "<|eot_id|>", calls: paris + " " + order, tools: constrained},
	{name: "constrained call after the tag", out: "<|python_tag|>" + callP, calls: paris, tools: constrained},
	{name: "constrained list", out: `[get_weather(city="Paris"), lookup_order(order_id=17)]`, calls: paris + " " + order, tools: constrained},
	{name: "constrained, compact JSON", out: `{"name":"get_weather","parameters":{"city":"Paris"}}`, calls: paris, tools: constrained},
	{name: "constrained, an answer in JSON", out: `{"name": "get_weather", "age": 3}`, text: `{"name": "get_weather", "age": 3}`, tools: constrained},
	{name: "constrained, a call at the end", out: "So:\n" + callP, text: "So:\n", calls: paris, tools: constrained},
	{name: "constrained, a fence", out: "```json\n" + callP + "\n```", calls: paris, tools: constrained},
	{name: "constrained, white space first", out: " " + callP, calls: paris, tools: constrained},
	{name: "constrained, a bare call", out: `get_weather(city="Paris")`, calls: paris, tools: constrained},
	{name: "constrained, a list of JSON", out: "[" + callP + "]", calls: paris, tools: constrained},
	{name: "constrained, a footnote", out: "[1] says", text: "[1] says", tools: constrained},
}

var constrained = &ParserOptions{Tools: testTools, Constrained: true}
