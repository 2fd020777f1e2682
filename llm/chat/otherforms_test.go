package chat

import "github.com/chaski-dev/chaski/llm"

// Forms of Mistral's models and of Qwen3-Coder.
func init() {
	args := `{"city": "Paris"}`
	qwen := func(body string) string {
		return "<tool_call>\n<function=get_weather>\n" + body + "</function>\n</tool_call>"
	}
	city := "<parameter=city>\nParis\n</parameter>\n"
	number := "<function=lookup_order>\n<parameter=order_id>\n17\n</parameter>\n</function>"
	for _, o := range []output{
		{name: "Mistral's array", out: `[TOOL_CALLS][{"name": "get_weather", "arguments": ` + args + `}]`, calls: paris},
		{name: "Mistral's array with ids", out: `[TOOL_CALLS] [{"name": "get_weather", "arguments": ` + args + `, "id": "abcdefghi"}, {"name": "list_orders", "arguments": {}, "id": "abcdefghj"}]`, calls: paris + ` list_orders{}`},
		{name: "Mistral's name and arguments", out: `[TOOL_CALLS]get_weather[ARGS]` + args, calls: paris},
		{name: "Mistral's with an id", out: `[TOOL_CALLS]get_weather[CALL_ID]abcdefghi[ARGS]` + args, calls: paris},
		{name: "Mistral's without [ARGS]", out: `[TOOL_CALLS]get_weather` + args, calls: paris},
		{name: "two of Mistral's", out: `[TOOL_CALLS]get_weather[ARGS]` + args + `[TOOL_CALLS]list_orders[ARGS]{}`, calls: paris + ` list_orders{}`},
		{name: "text and one of Mistral's", out: "I look it up.[TOOL_CALLS]get_weather[ARGS]" + args, text: "I look it up.", calls: paris},
		{name: "Mistral's of an unknown tool", out: `[TOOL_CALLS]rm[ARGS]{"path": "/"}`, text: `[TOOL_CALLS]rm[ARGS]{"path": "/"}`},
		{name: "Mistral's mark in a sentence", out: "It writes [TOOL_CALLS] before each call.", text: "It writes [TOOL_CALLS] before each call."},
		{name: "an example of Mistral's", out: "For example: [TOOL_CALLS]get_weather[ARGS]" + args, text: "For example: [TOOL_CALLS]get_weather[ARGS]" + args},
		{name: "Qwen3-Coder's", out: qwen(city), calls: paris},
		{name: "Qwen3-Coder's without tool_call", out: "<function=get_weather>\n" + city + "</function>", calls: paris},
		{name: "text and Qwen3-Coder's", out: "I look it up.\n\n" + qwen(city), text: "I look it up.\n\n", calls: paris},
		{name: "Qwen3-Coder's number", out: "<tool_call>\n" + number + "\n</tool_call>", calls: `lookup_order{"order_id": 17}`},
		{name: "two of Qwen3-Coder's", out: qwen(city) + "\n<tool_call>\n" + number + "\n</tool_call>", calls: paris + ` lookup_order{"order_id": 17}`},
		{name: "Qwen3-Coder's without arguments", out: "<tool_call>\n<function=list_orders>\n</function>\n</tool_call>", calls: `list_orders{}`},
		{name: "Qwen3-Coder's, a parameter not closed", out: "<function=get_weather>\n<parameter=city>\nParis\n</function>", calls: paris},
		{name: "Qwen3-Coder's text that is JSON", out: qwen("<parameter=city>\n{\"a\": 1}\n</parameter>\n"), calls: `get_weather{"city": "{\"a\": 1}"}`},
		{name: "Qwen3-Coder's text of two lines", out: qwen("<parameter=city>\nSan\nJuan\n</parameter>\n"), calls: `get_weather{"city": "San\nJuan"}`},
		{name: "Qwen3-Coder's parameter twice", out: qwen(city + city), text: qwen(city + city)},
		{name: "Qwen3-Coder's parameter that is not declared", out: qwen(city + "<parameter=x>\n1\n</parameter>\n"), text: qwen(city + "<parameter=x>\n1\n</parameter>\n")},
		{name: "constrained, Mistral's", out: "I look.\n" + `[TOOL_CALLS]get_weather[ARGS]` + args + `[TOOL_CALLS]lookup_order[ARGS]{"order_id": 17}`, text: "I look.", calls: paris + ` lookup_order{"order_id": 17}`, tools: &ParserOptions{Tools: testTools, Constrained: true, Dialect: llm.DialectMistral}},
		{name: "constrained, Qwen3-Coder's", out: "I look.\n" + qwen(city) + "\n<tool_call>\n" + number + "\n</tool_call>", text: "I look.", calls: paris + ` lookup_order{"order_id": 17}`, tools: &ParserOptions{Tools: testTools, Constrained: true, Dialect: llm.DialectQwen}},
		{name: "constrained, Qwen3-Coder's text with < and line breaks", out: qwen("<parameter=city>\n\n<parameter=x>\n\"</tool_call>\n\n</parameter>\n"), calls: `get_weather{"city": "\n<parameter=x>\n\"</tool_call>\n"}`, tools: &ParserOptions{Tools: testTools, Constrained: true, Dialect: llm.DialectQwen}},
		{name: "constrained, Mistral's array", out: `[TOOL_CALLS][{"name": "get_weather", "arguments": ` + args + `}, {"name": "lookup_order", "arguments": {"order_id": 17}}]`, calls: paris + ` lookup_order{"order_id": 17}`, tools: &ParserOptions{Tools: testTools, Constrained: true, Dialect: llm.DialectMistralArray}},
	} {
		if o.coerced = -1; o.tools != nil { // as the grammar has it
			o.coerced = 0
		}
		outputs = append(outputs, o)
	}
}
