package planner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
)

// hash joins the parts, each with its length before it, so that no two lists of
// parts are hashed alike.
func hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// HashRequest identifies everything that a model is shown and asked, as older journals do.
func HashRequest(req *llm.Request) string {
	b, err := json.Marshal(req)
	if err != nil {
		return "unhashable: " + err.Error()
	}
	return hash("prompt", string(b))
}

// canonical returns the arguments in their canonical form. Nothing at all is the
// empty object.
func canonical(raw json.RawMessage) (json.RawMessage, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return json.RawMessage("{}"), nil
	}
	c, err := tools.Canonical(raw)
	if err != nil {
		return nil, fmt.Errorf("arguments: %w", err)
	}
	if c[0] != '{' {
		return nil, errors.New("arguments are not a JSON object")
	}
	return c, nil
}
