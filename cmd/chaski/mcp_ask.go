package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/chaski-dev/chaski/tools/mcp"
)

// reader asks a person at the terminal for a line.
type reader func(ctx context.Context, prompt string) (string, error)

// askLine reads a line as it comes.
func askLine(ctx context.Context, prompt string) (string, error) {
	fmt.Fprint(os.Stderr, prompt)
	return readLine(ctx)
}

// person answers what MCP servers ask, if there is somebody at the terminal.
func person(read reader) (o mcp.Options) {
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return o
	}
	o.Accept = func(ctx context.Context, c mcp.Change) (bool, error) {
		fmt.Fprint(os.Stderr, changeText(&c))
		return confirm(ctx, "Accept it? [y]es, [n]o: ", read)
	}
	o.Ask = func(ctx context.Context, q mcp.Question) (mcp.Answer, error) { return answer(ctx, &q, read) }
	return o
}

// confirm asks until it is answered. The end of the input is no.
func confirm(ctx context.Context, prompt string, read reader) (bool, error) {
	for {
		text, err := read(ctx, prompt)
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		switch strings.ToLower(strings.TrimSpace(text)) {
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
	}
}

// answer fills a server's form in, value by value.
func answer(ctx context.Context, q *mcp.Question, read reader) (mcp.Answer, error) {
	fmt.Fprintf(os.Stderr, "MCP server %s asks: %s\n", printable(q.Server, false), printable(q.Message, true))
	prompt := "Answer it? [y]es, [n]o: "
	if q.URL != "" {
		fmt.Fprintf(os.Stderr, "  to be opened in a browser: %s\n", printable(q.URL, false))
		prompt = "Did you open it? [y]es, [n]o: "
	}
	yes, err := confirm(ctx, prompt, read)
	if err != nil || !yes {
		return mcp.Answer{}, err
	}
	a := mcp.Answer{Accept: true, Values: map[string]any{}}
	for _, f := range q.Fields {
		value, given, err := field(ctx, &f, read)
		if errors.Is(err, io.EOF) {
			return mcp.Answer{Cancel: true}, nil
		}
		if err != nil {
			return mcp.Answer{}, err
		}
		if given {
			a.Values[f.Name] = value
		}
	}
	return a, nil
}

// field asks for one value until it has the type that the server wants.
func field(ctx context.Context, f *mcp.Field, read reader) (value any, given bool, err error) {
	name := f.Title
	if name == "" {
		name = f.Name
	}
	if f.Description != "" {
		fmt.Fprintf(os.Stderr, "  %s\n", printable(f.Description, false))
	}
	notes := []string{f.Type}
	if len(f.Choices) > 0 {
		notes = []string{strings.Join(f.Choices, ", ")}
		if f.Type == "array" {
			notes = append(notes, "several with commas")
		}
	}
	if f.Default != nil {
		text, _ := json.Marshal(f.Default) // it came from JSON
		notes = append(notes, "else "+string(text))
	} else if !f.Required {
		notes = append(notes, "may be left out")
	}
	for {
		text, err := read(ctx, fmt.Sprintf("  %s (%s): ", printable(name, false), printable(strings.Join(notes, "; "), false)))
		if err != nil {
			return nil, false, err
		}
		if text = strings.TrimSpace(text); text == "" && (!f.Required || f.Default != nil) {
			return f.Default, f.Default != nil, nil
		}
		value, err := asType(f, text)
		if err == nil {
			return value, true, nil
		}
		fmt.Fprintf(os.Stderr, "  %v\n", err)
	}
}

func asType(f *mcp.Field, text string) (any, error) {
	among := func(s string) error {
		if len(f.Choices) > 0 && !slices.Contains(f.Choices, s) {
			return fmt.Errorf("want one of %s", printable(strings.Join(f.Choices, ", "), false))
		}
		return nil
	}
	switch f.Type {
	case "boolean":
		switch strings.ToLower(text) {
		case "y", "yes", "true":
			return true, nil
		case "n", "no", "false":
			return false, nil
		}
		return nil, errors.New("want yes or no")
	case "integer":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errors.New("want a whole number")
		}
		return n, nil
	case "number":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, errors.New("want a number")
		}
		return n, nil
	case "array":
		list := []any{}
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			if err := among(part); err != nil {
				return nil, err
			}
			list = append(list, part)
		}
		return list, nil
	}
	return text, among(text)
}
