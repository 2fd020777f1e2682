package llm

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The bounds of a script in bytes.
const (
	maxScript     = 16 << 20
	maxScriptLine = 1 << 20
)

// scriptLine is a turn in a file. A line with a user's text begins what is said to it.
type scriptLine struct {
	User  *string      `json:"user"`
	Text  string       `json:"text"`
	Calls []scriptCall `json:"calls"`
	Error string       `json:"error"`
}

type scriptCall struct {
	Name       string          `json:"name"`
	Arguments  json.RawMessage `json:"arguments"`
	Confidence float64         `json:"confidence"`
}

// scene is what a script says to one text of the user.
type scene struct {
	user  string
	any   bool
	turns []Turn
}

// ReadScript reads a script of turns, in JSON lines, by which an agent is tried without a
// model: its tools, its policies and its runtime are its own.
//
//	{"user": "Where is order 1042?", "calls": [{"name": "lookup_order", "arguments": {"order_number": 1042}}]}
//	{"text": "It is late."}
//	{"user": "*", "text": "I have no tool for that."}
//
// A line with user begins what is said to that text of the user, as the model reads it; "*"
// is said to any. The lines that follow are the next turns of the same run. A turn has text,
// calls with name and arguments and perhaps a confidence, or an error by which the model
// fails. Which turn is next follows from the request alone, so that a run that was killed
// goes on. What the script has no turn for is an error that says so. Empty lines and those
// that begin with # are left out.
func ReadScript(r io.Reader) (*Scripted, error) {
	var scenes []scene
	in := bufio.NewScanner(io.LimitReader(r, maxScript+1))
	in.Buffer(nil, maxScriptLine)
	read := 0
	for n := 1; in.Scan(); n++ {
		line := bytes.TrimSpace(in.Bytes())
		if read += len(in.Bytes()) + 1; read > maxScript {
			return nil, fmt.Errorf("line %d: a script has at most %d bytes", n, maxScript)
		}
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		one, turn, err := readTurn(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		switch {
		case one.User != nil:
			user := strings.TrimSpace(*one.User)
			scenes = append(scenes, scene{user: user, any: user == "*"})
		case len(scenes) == 0:
			return nil, fmt.Errorf(`line %d: want a user first: {"user": "…", …}, or "*" for any`, n)
		}
		last := &scenes[len(scenes)-1]
		last.turns = append(last.turns, turn)
	}
	if err := in.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("a line has more than %d bytes", maxScriptLine)
	} else if err != nil {
		return nil, err
	}
	if len(scenes) == 0 {
		return nil, errors.New("there is no turn in it")
	}
	return &Scripted{Next: func(_ int, req *Request) Turn { return nextTurn(scenes, req) }}, nil
}

func readTurn(line []byte) (one scriptLine, t Turn, err error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&one); err != nil {
		return one, t, fmt.Errorf("want an object with user, text, calls or error: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return one, t, errors.New("more stands behind the object")
	}
	if one.Text == "" && len(one.Calls) == 0 && one.Error == "" {
		return one, t, errors.New("the turn says nothing: want text, calls or error")
	}
	t.Text = one.Text
	if one.Error != "" {
		t.Err = errors.New(one.Error)
	}
	for _, c := range one.Calls {
		if c.Name == "" {
			return one, t, errors.New("a call without a name")
		}
		if c.Confidence < 0 || c.Confidence > 1 {
			return one, t, fmt.Errorf("call %s: confidence %g, want 0 to 1", c.Name, c.Confidence)
		}
		if len(c.Arguments) == 0 || string(c.Arguments) == "null" {
			c.Arguments = json.RawMessage("{}")
		}
		if c.Arguments[0] != '{' {
			return one, t, fmt.Errorf("call %s: arguments are an object", c.Name)
		}
		t.Calls = append(t.Calls, ToolCall{Name: c.Name, Arguments: c.Arguments, Confidence: c.Confidence})
	}
	return one, t, nil
}

// nextTurn is what a script says to a request: as many turns were said to the last text of
// the user as the model has spoken since.
func nextTurn(scenes []scene, req *Request) Turn {
	said, user := 0, ""
	for i := len(req.Messages) - 1; i >= 0; i-- {
		if m := &req.Messages[i]; m.Role == RoleAssistant {
			said++
		} else if m.Role == RoleUser {
			user = strings.TrimSpace(m.Content)
			break
		}
	}
	for i := range scenes {
		s := &scenes[i]
		if !s.any && s.user != user {
			continue
		}
		if said < len(s.turns) {
			return s.turns[said]
		}
		return Turn{Err: fmt.Errorf("the script has %d turns for %q, and another is asked for", len(s.turns), s.user)}
	}
	return Turn{Err: fmt.Errorf("the script says nothing to %q", user)}
}
