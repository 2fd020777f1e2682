package planner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// reference is {{step}} or {{step.member.0}} in an argument of a plan.
var reference = regexp.MustCompile(`\{\{([A-Za-z][A-Za-z0-9_]*)((?:\.[^.{}\s]+)*)\}\}`)

// references lists the steps that arguments refer to.
func references(args json.RawMessage) []string {
	var out []string
	for _, m := range reference.FindAllSubmatch(args, -1) {
		out = append(out, string(m[1]))
	}
	return out
}

// substitute puts results in the place of references. An argument that is nothing
// but a reference takes the value, whatever its type; within a longer text the value
// is written out.
func substitute(args json.RawMessage, results map[string]*CallState) (json.RawMessage, error) {
	v, err := decodeExact(args)
	if err != nil {
		return nil, err
	}
	if v, err = substituteIn(v, results); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return canonical(b.Bytes())
}

func substituteIn(v any, results map[string]*CallState) (any, error) {
	var err error
	switch v := v.(type) {
	case []any:
		for i := range v {
			if v[i], err = substituteIn(v[i], results); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range v {
			if v[k], err = substituteIn(v[k], results); err != nil {
				return nil, err
			}
		}
	case string:
		if m := reference.FindStringSubmatch(v); m != nil && m[0] == v {
			return lookUp(m[1], m[2], results)
		}
		out := reference.ReplaceAllStringFunc(v, func(ref string) string {
			m := reference.FindStringSubmatch(ref)
			found, e := lookUp(m[1], m[2], results)
			if e != nil && err == nil {
				err = e
			}
			if text, ok := found.(string); ok {
				return text
			}
			raw, _ := json.Marshal(found) // decoded JSON always encodes
			return string(raw)
		})
		return out, err
	}
	return v, nil
}

// lookUp returns a part of a step's result. Of a result that is kept aside there is
// only the name.
func lookUp(step, path string, results map[string]*CallState) (any, error) {
	c := results[step]
	if c == nil {
		return nil, fmt.Errorf("there is no result of step %s", step)
	}
	if c.Handle != "" {
		if path != "" {
			return nil, fmt.Errorf("the result of step %s is kept aside: only the whole of it can be passed on", step)
		}
		return c.Handle, nil
	}
	v, err := decodeExact(c.Result.Value)
	if err != nil {
		return nil, fmt.Errorf("the result of step %s: %w", step, err)
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "."), ".") {
		if path == "" {
			break
		}
		switch at := v.(type) {
		case map[string]any:
			if next, ok := at[part]; ok {
				v = next
				continue
			}
		case []any:
			if i, err := strconv.Atoi(part); err == nil && i >= 0 && i < len(at) {
				v = at[i]
				continue
			}
		}
		return nil, fmt.Errorf("the result of step %s has no %s", step, part)
	}
	return v, nil
}

// decodeExact reads JSON and keeps numbers as they are written.
func decodeExact(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err
}
