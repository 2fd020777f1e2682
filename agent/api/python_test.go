package api_test

import (
	"os"
	"os/exec"
	"testing"
)

// python is the interpreter that CHASKI_PYTHON names, python3 by default. A test that needs
// modules which it has not is skipped.
func python(t *testing.T, install string, modules string) string {
	t.Helper()
	name := os.Getenv("CHASKI_PYTHON")
	if name == "" {
		name = "python3"
	}
	if out, err := exec.Command(name, "-c", "import "+modules).CombinedOutput(); err != nil {
		t.Skipf("%s has not what it takes (pip install %s; CHASKI_PYTHON names an interpreter that has it): %v %s", name, install, err, out)
	}
	return name
}

// TestOpenAIClient is OpenAI's client for Python with the model in the box.
func TestOpenAIClient(t *testing.T) {
	out, err := exec.Command(python(t, "openai", "openai"), "testdata/openai_client.py", serveMini(t)).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// TestAnthropicClient is Anthropic's client for Python with the model in the box.
func TestAnthropicClient(t *testing.T) {
	out, err := exec.Command(python(t, "anthropic", "anthropic"), "testdata/anthropic_client.py", serveMini(t)).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
