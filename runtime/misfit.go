package runtime

import (
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/schema"
)

// misfit says why an answer is not of the form that was asked for; "" if it is, or if the
// turn calls tools. A model under a grammar writes no other; endpoints may.
func misfit(format *llm.ResponseFormat, answer *llm.Message) string {
	if format == nil || len(format.Schema) == 0 || len(answer.Calls) > 0 {
		return ""
	}
	s, err := schema.Compile(format.Schema)
	if err != nil { // the model that took it knows more of it
		return ""
	}
	if _, err := s.Check([]byte(answer.Content)); err != nil {
		return tools.CleanReason(err.Error())
	}
	return ""
}
