package main

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// newParser makes the parser of the command line; exit is called where it ends the
// program by itself.
func newParser(c *cli, exit func(int)) (*kong.Kong, error) {
	kinds := kong.NewRegistry().RegisterDefaults()
	filled := func(kind string) kong.Option {
		return kong.NamedMapper(kind, filledMapper{kinds.ForNamedType(kind, nil)})
	}
	return kong.New(c,
		filled("path"), filled("existingfile"), filled("existingdir"),
		kong.Name("chaski"),
		kong.Description("Agents that call tools: an embedded model, tools over NATS, policies that decide, runs that survive."),
		kong.UsageOnError(),
		kong.NamedMapper(modelType, filledMapper{kong.MapperFunc(modelMapper)}),
		kong.Exit(exit),
	)
}

// filledMapper refuses an empty path before the mapper makes the current folder of it: it
// comes from a variable of a shell that nobody set.
type filledMapper struct{ kong.Mapper }

// Decode implements kong.Mapper.
func (m filledMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if ctx.Scan.Peek().Value == "" {
		return errors.New("it is empty: name a path")
	}
	return m.Mapper.Decode(ctx, target)
}

// commandTree is the command line as it was declared: what the README's table, the shell
// completions and the man pages are made from.
func commandTree() (*kong.Node, error) {
	p, err := newParser(&cli{}, func(int) {})
	if err != nil {
		return nil, err
	}
	return p.Model.Node, nil
}

// explained is an error of the command line; where an argument is missing, with how the
// command is written, and where one is none, with who lists those that are.
func explained(err error) error {
	var wrong *kong.ParseError
	if !errors.As(err, &wrong) {
		return err
	}
	if strings.HasPrefix(err.Error(), "unexpected argument ") && !strings.Contains(err.Error(), "did you mean") {
		return fmt.Errorf("%w: see chaski help", err)
	}
	if !strings.HasPrefix(err.Error(), "expected ") {
		return err
	}
	n := wrong.Context.Selected()
	if n == nil || len(n.Positional) == 0 {
		return err
	}
	return fmt.Errorf("%w: %s", err, commandLine(n))
}

// leaves lists the commands that do something, in the order declared.
func leaves(n *kong.Node) (out []*kong.Node) {
	if n.Hidden {
		return nil
	}
	if len(n.Children) == 0 {
		return []*kong.Node{n}
	}
	for _, c := range n.Children {
		out = append(out, leaves(c)...)
	}
	return out
}

// commandLine is how a command is written: its path, the flags that it needs, and its
// arguments.
func commandLine(n *kong.Node) string {
	words := []string{n.FullPath()}
	for _, f := range n.Flags {
		if f.Required && len(f.Xor) == 0 {
			word := "--" + f.Name
			if f.Short != 0 {
				word = "-" + string(f.Short)
			}
			if !f.IsBool() {
				word += " " + strings.ToUpper(valueName(f))
			}
			words = append(words, word)
		}
	}
	open := 0
	for _, p := range n.Positional {
		word := strings.ToUpper(p.Name)
		if enum := p.EnumSlice(); p.Enum != "" {
			word = strings.Join(enum, "|")
		}
		if p.IsSlice() {
			word += "…"
		}
		if !p.Required {
			word = "[" + word
			open++
		}
		words = append(words, word)
	}
	return strings.Join(words, " ") + strings.Repeat("]", open)
}

// valueName is what stands for a flag's value.
func valueName(f *kong.Flag) string {
	switch {
	case f.PlaceHolder != "":
		return f.PlaceHolder
	case f.Tag.Type == "path" || f.Tag.Type == "existingfile":
		return "file"
	case f.Tag.Type == "existingdir":
		return "dir"
	}
	return f.Name
}

// table writes the commands with what they do, in columns.
func table(root *kong.Node) string {
	all := leaves(root)
	wide := 0
	for _, n := range all {
		if w := len([]rune(commandLine(n))); w <= maxCommand {
			wide = max(wide, w)
		}
	}
	var b strings.Builder
	for _, n := range all {
		line := commandLine(n)
		if len([]rune(line)) > wide {
			fmt.Fprintf(&b, "%s\n%s  %s\n", line, strings.Repeat(" ", wide), summaryOf(n))
			continue
		}
		fmt.Fprintf(&b, "%s%s  %s\n", line, strings.Repeat(" ", wide-len([]rune(line))), summaryOf(n))
	}
	return b.String()
}

// maxCommand is the longest command that has its words beside it.
const maxCommand = 46

// summaryOf is a command's help as a phrase.
func summaryOf(n *kong.Node) string {
	text := strings.TrimSuffix(n.Help, ".")
	return strings.ToLower(text[:1]) + text[1:]
}
