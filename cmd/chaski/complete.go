package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/llm/hub"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// completeWord is the hidden command by which a shell asks what may come next: the words
// so far follow it, the last of them perhaps empty or half-written.
const completeWord = "__complete"

// candidate is a word that may come next.
type candidate struct{ word, about string }

// Where files or folders may come too, a line of its own says so.
const (
	anyFile = ":files"
	anyDir  = ":dirs"
)

// complete writes the candidates, a line each: the word, a tab and what it is.
func complete(w io.Writer, words []string) error {
	root, err := commandTree()
	if err != nil {
		return err
	}
	found, also := candidates(root, words)
	for _, c := range found {
		fmt.Fprintf(w, "%s\t%s\n", c.word, c.about)
	}
	if also != "" {
		fmt.Fprintln(w, also)
	}
	return nil
}

// candidates are those that begin with the last word, and whether paths fit there as well.
func candidates(root *kong.Node, words []string) (found []candidate, also string) {
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "=" }) // bash cuts --flag=value there
	last := ""
	if n := len(words); n > 0 {
		last, words = words[n-1], words[:n-1]
	}
	at := root
	var awaits *kong.Flag
	given, place, flags := map[string]bool{}, 0, true
	for _, w := range words {
		switch {
		case awaits != nil:
			awaits = nil
		case w == "--" && flags:
			flags = false
		case flags && strings.HasPrefix(w, "-") && w != "-":
			name, _, valued := strings.Cut(w, "=")
			if f := flagOf(at, name); f != nil {
				given[f.Name] = true
				if !valued && !f.IsBool() {
					awaits = f
				}
			}
		default:
			if i := slices.IndexFunc(at.Children, func(c *kong.Node) bool { return c.Name == w && !c.Hidden }); i >= 0 {
				at = at.Children[i]
			} else {
				place++
			}
		}
	}
	prefix := ""
	if name, value, ok := strings.Cut(last, "="); ok && flags && awaits == nil && strings.HasPrefix(last, "--") {
		if awaits = flagOf(at, name); awaits != nil {
			prefix, last = name+"=", value
		}
	}
	if at.DefaultCmd != nil && at.Positional == nil { // its flags may come without its name
		for _, f := range at.DefaultCmd.Flags {
			if strings.HasPrefix(last, "-") && flags && awaits == nil && !f.Hidden && !given[f.Name] {
				found = append(found, candidate{"--" + f.Name, f.Help})
			}
		}
	}
	switch {
	case awaits != nil:
		found, also = values(awaits.Value, at)
	case flags && strings.HasPrefix(last, "-"):
		for n := at; n != nil; n = n.Parent {
			for _, f := range n.Flags {
				if !f.Hidden && !given[f.Name] {
					found = append(found, candidate{"--" + f.Name, f.Help})
				}
			}
		}
	case len(at.Children) > 0:
		for _, c := range at.Children {
			if !c.Hidden {
				found = append(found, candidate{c.Name, c.Help})
			}
		}
	case len(at.Positional) > 0:
		p := at.Positional[min(place, len(at.Positional)-1)]
		if place < len(at.Positional) || p.IsSlice() {
			found, also = values(p, at)
		}
	}
	found = slices.DeleteFunc(found, func(c candidate) bool { return !strings.HasPrefix(c.word, last) })
	for i := range found {
		found[i].word = prefix + found[i].word
	}
	return found, also
}

// flagOf is the flag of a command, or of one above it, that a word names.
func flagOf(n *kong.Node, word string) *kong.Flag {
	if n.DefaultCmd != nil {
		n = n.DefaultCmd
	}
	for ; n != nil; n = n.Parent {
		for _, f := range n.Flags {
			if word == "--"+f.Name || f.Short != 0 && word == "-"+string(f.Short) {
				return f
			}
		}
	}
	return nil
}

// values are what a flag or argument may be.
func values(v *kong.Value, of *kong.Node) (found []candidate, also string) {
	for _, word := range v.EnumSlice() {
		if v.Enum != "" {
			found = append(found, candidate{word, ""})
		}
	}
	switch {
	case v.Name == "example":
		for _, e := range examples {
			found = append(found, candidate{e.Name, e.About})
		}
	case v.Name == "log-level":
		for _, level := range []string{"trace", "debug", "info", "warn", "error", "off"} {
			found = append(found, candidate{level, ""})
		}
	case v.Name == "model" || v.Tag.Type == modelType:
		found, also = append(models(), candidate{"mini", "the model in the box"}), anyFile
	case v.Name == "run" || v.Name == "resume" || v.Name == "runs" && v.Flag == nil:
		found = runNames()
	case v.Flag == nil && of.FullPath() == "chaski model rm":
		found = models()
	case v.Tag.Type == "existingdir" || v.Name == "data" || v.Name == "runs" || v.Name == "dir" || v.Name == "store":
		also = anyDir
	case v.Tag.Type == "path" || v.Tag.Type == "existingfile":
		also = anyFile
	}
	return found, also
}

// runNames are the runs of this folder, the latest first.
func runNames() (out []candidate) {
	dir := cmp.Or(os.Getenv("CHASKI_RUNS"), filepath.Join(cmp.Or(os.Getenv("CHASKI_DATA"), host.DefaultData), "runs"))
	if _, err := os.Stat(dir); err != nil { // nothing is made for a question
		return nil
	}
	j, err := journal.Open(dir)
	if err != nil {
		return nil
	}
	names, _ := j.Runs(context.Background()) // a shell is told no error
	slices.Reverse(names)
	for _, n := range names {
		out = append(out, candidate{n, ""})
	}
	return out
}

// models are those that were pulled.
func models() (out []candidate) {
	local, err := hub.FromEnv()
	if err != nil {
		return nil
	}
	all, _ := local.List() // a shell is told no error
	for _, m := range all {
		out = append(out, candidate{m.Name, ""})
	}
	return out
}
