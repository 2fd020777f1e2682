package planner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/chaski-dev/chaski/llm"
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

// CallID is the identity of a call, fixed before anything is dispatched: equal
// for equal arguments in whatever order and spacing they were written.
func CallID(run string, step, index int, tool string, canonical json.RawMessage) string {
	return hash("id", run, strconv.Itoa(step), strconv.Itoa(index), tool, string(canonical))[:32]
}

// HashRequest identifies everything that a model is shown and asked.
func HashRequest(req *llm.Request) string {
	b, err := json.Marshal(req)
	if err != nil {
		return "unhashable: " + err.Error()
	}
	return hash("prompt", string(b))
}

// Canonical returns the JSON object with sorted keys, no white space and numbers
// as they were written. Nothing at all is the empty object.
func Canonical(raw json.RawMessage) (json.RawMessage, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return json.RawMessage("{}"), nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("arguments are not a JSON object: %w", err)
	}
	if v == nil {
		return nil, errors.New("arguments are null, not a JSON object")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("arguments go on after the JSON object")
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(buf.Bytes()), nil
}
