package workflow

import (
	"testing"

	"github.com/chaski-dev/chaski/examples/transcript"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
)

func TestTools(t *testing.T) {
	transcript.SameTools(t, &Example, corpus.WorkflowTools, corpus.WorkflowSystem)
}

// TestScripted plays a model that does what it should, and one that mails a stranger.
func TestScripted(t *testing.T) {
	transcript.Check(t, &Example,
		transcript.Case{Name: "approved", Prompt: Example.Prompt, Model: good()},
		transcript.Case{Name: "refused", Prompt: Example.Prompt, Model: good(), Refuse: true},
		transcript.Case{Name: "wrong", Prompt: Example.Prompt, Model: llm.Script(
			transcript.Turn("send_reminder", `{"email": "billing@norvik.example", "invoice": "KD-4471"}`),
			transcript.Turn("list_overdue_invoices", `{}`),
			transcript.Turn("send_reminder", `{"email": "[EMAIL_2]", "invoice": "KD-4471"}`),
			transcript.Turn("send_reminder", `{"email": "[EMAIL_1]", "invoice": "KD-4471"}`),
			transcript.Turn("send_reminder", `{"email": "[EMAIL_1]", "invoice": "KD-4471"}`),
			llm.Turn{Text: "I sent one reminder."})},
	)
}

func good() llm.Model {
	return llm.Script(
		transcript.Turn("list_overdue_invoices", `{}`),
		transcript.Turn("send_reminder", `{"email": "[EMAIL_1]", "invoice": "KD-4471"}`),
		transcript.Turn("send_reminder", `{"email": "[EMAIL_2]", "invoice": "KD-4490"}`),
		transcript.Turn("post_summary", `{"channel": "finance", "text": "Reminders sent for KD-4471, KD-4490"}`),
		llm.Turn{Text: "Reminders sent for KD-4471, KD-4490."})
}

// TestShipped plays the example's own task with the model that ships.
func TestShipped(t *testing.T) {
	transcript.Check(t, &Example, transcript.Case{Name: "shipped", Prompt: Example.Prompt})
}

// TestParaphrases holds the model that ships to what it understands of people's own words.
func TestParaphrases(t *testing.T) {
	transcript.Paraphrases(t, &Example, 2, 7)
}
