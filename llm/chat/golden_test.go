package chat

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// golden reads a file of the reference data that lies beside the repository.
func golden(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "golden", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestTemplate compares with prompts that the model's own template rendered.
func TestTemplate(t *testing.T) {
	var cases []struct {
		Name string
		TemplateInput
		Prompt *string
		Error  *string
	}
	if err := json.Unmarshal(golden(t, "chat/llama3_1_hf_template.json"), &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			pieces, err := RenderTemplate(c.TemplateInput)
			switch {
			case c.Error != nil && (err == nil || err.Error() != *c.Error):
				t.Fatalf("error %v, the template raises %q", err, *c.Error)
			case c.Error == nil && err != nil:
				t.Fatal(err)
			case c.Error == nil && Join(pieces) != *c.Prompt:
				t.Fatalf("got  %q\nwant %q", Join(pieces), *c.Prompt)
			}
		})
	}
}
