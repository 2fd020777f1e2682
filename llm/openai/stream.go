package openai

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxLine bounds one line of a stream in bytes.
const maxLine = 32 << 20

// chunk is a piece of an answer, as servers send it: fields that some of them write in
// another shape are read as they come.
type chunk struct {
	Choices []choice        `json:"choices"`
	Usage   *usage          `json:"usage"`
	Error   json.RawMessage `json:"error"`
}

type choice struct {
	Index        int       `json:"index"`
	Delta        delta     `json:"delta"`
	Message      delta     `json:"message"` // of a server that does not stream
	FinishReason *string   `json:"finish_reason"`
	Logprobs     *logprobs `json:"logprobs"`
}

type delta struct {
	Content      text        `json:"content"`
	Refusal      text        `json:"refusal"`
	ToolCalls    []callDelta `json:"tool_calls"`
	FunctionCall *function   `json:"function_call"` // before there were tool_calls
}

type callDelta struct {
	Index    int64    `json:"index"`
	ID       string   `json:"id"`
	Function function `json:"function"`
}

type function struct {
	Name      string `json:"name"`
	Arguments text   `json:"arguments"`
}

type usage struct {
	PromptTokens        int `json:"prompt_tokens"`
	CompletionTokens    int `json:"completion_tokens"`
	PromptTokensDetails *struct {
		CachedTokens int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
	CompletionTokensDetails *struct {
		AcceptedPredictionTokens int `json:"accepted_prediction_tokens"`
	} `json:"completion_tokens_details"`
}

type logprobs struct {
	Content []struct {
		Token       string  `json:"token"`
		Logprob     float32 `json:"logprob"`
		TopLogprobs []struct {
			Token   string  `json:"token"`
			Logprob float32 `json:"logprob"`
		} `json:"top_logprobs"`
	} `json:"content"`
}

// text is a string, or the text of parts, or any other JSON value as it is written.
type text string

// UnmarshalJSON takes every shape.
func (t *text) UnmarshalJSON(raw []byte) error {
	switch {
	case bytes.Equal(raw, []byte("null")):
		*t = ""
	case raw[0] == '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*t = text(s)
	case raw[0] == '[':
		var parts []struct {
			Text *string `json:"text"`
		}
		*t = text(raw)
		if json.Unmarshal(raw, &parts) == nil {
			var b strings.Builder
			for _, p := range parts {
				if p.Text != nil {
					b.WriteString(*p.Text)
				}
			}
			*t = text(b.String())
		}
	default:
		*t = text(raw)
	}
	return nil
}

// chunks reads a stream of server-sent events until [DONE] or its end, and hands over
// each chunk; done says that it was [DONE]. A line of data that is complete JSON is an event, also where the empty
// line after it is missing; data without content is a sign of life.
func chunks(body io.Reader, alive func(), push func(*chunk) error) (done bool, err error) {
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	var data []byte
	event := ""
	flush := func() error {
		defer func() { data, event = nil, "" }()
		if len(bytes.TrimSpace(data)) == 0 {
			return nil
		}
		var c chunk
		if err := json.Unmarshal(data, &c); err != nil {
			return fmt.Errorf("%w: %w", ErrStream, err)
		}
		switch {
		case len(c.Error) > 0 && string(c.Error) != "null":
			return streamError(data)
		case event == "error":
			return streamError(data)
		case c.Choices == nil && c.Usage == nil && words(data) != "":
			return streamError(data)
		}
		return push(&c)
	}
	for lines.Scan() {
		alive()
		line := bytes.TrimSuffix(lines.Bytes(), []byte("\r"))
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch {
		case len(line) == 0:
			if err := flush(); err != nil {
				return false, err
			}
		case string(name) == "event":
			event = string(value)
		case string(name) == "data":
			if string(bytes.TrimSpace(value)) == "[DONE]" {
				return true, flush()
			}
			if len(data) > 0 {
				data = append(data, '\n')
			}
			if data = append(data, value...); len(data) > maxLine {
				return false, fmt.Errorf("%w: an event of more than %d MiB", ErrStream, maxLine>>20)
			}
			if last := len(data) - 1; last >= 0 && data[last] == '}' && json.Valid(data) {
				if err := flush(); err != nil {
					return false, err
				}
			}
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return false, fmt.Errorf("%w: a line of more than %d MiB", ErrStream, maxLine>>20)
	case err != nil:
		return false, err
	}
	return false, flush()
}

// whole reads the answer of a server that does not stream.
func whole(body io.Reader, push func(*chunk) error) error {
	data, err := io.ReadAll(io.LimitReader(body, maxTurn+1))
	if err != nil {
		return err
	}
	var c chunk
	if err := json.Unmarshal(data, &c); err != nil {
		return fmt.Errorf("%w: %w", ErrStream, err)
	}
	if len(c.Error) > 0 && string(c.Error) != "null" || len(c.Choices) == 0 {
		return streamError(data)
	}
	for i := range c.Choices {
		c.Choices[i].Delta = c.Choices[i].Message
		for n := range c.Choices[i].Delta.ToolCalls {
			c.Choices[i].Delta.ToolCalls[n].Index = int64(n)
		}
	}
	return push(&c)
}
