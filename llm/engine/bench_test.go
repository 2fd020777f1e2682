package engine

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// BenchmarkFirstToken opens a small model held in memory and takes the first event of a
// constrained turn with six tools: what a command that embeds its model waits for.
func BenchmarkFirstToken(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(modelDir, "tiny-Q8_0.gguf"))
	if err != nil {
		b.Skipf("the reference data is not beside the repository: %v", err)
	}
	s := recorded(b)
	req := &llm.Request{Messages: s.Messages, Tools: s.Tools, ToolChoice: llm.ToolChoice{Mode: llm.ChoiceRequired}, MaxCalls: 1, MaxTokens: 120}
	for b.Loop() {
		e, err := OpenBytes(data, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range e.Generate(context.Background(), req) {
			if err != nil {
				b.Fatal(err)
			}
			break
		}
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecode generates free text, one sequence at a time.
func BenchmarkDecode(b *testing.B) {
	e := start(b, "tiny-Q8_0.gguf", Options{})
	tokens := 0
	for b.Loop() {
		ids, _ := outcome(b, e, Job{Prompt: random(1, 200, e.model.Vocab), Max: 100})
		tokens += len(ids)
	}
	b.ReportMetric(float64(tokens)/b.Elapsed().Seconds(), "tokens/s")
}
