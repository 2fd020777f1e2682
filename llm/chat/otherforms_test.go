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
