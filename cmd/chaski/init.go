package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// kinds holds a folder for each kind of agent that init makes.
//
//go:embed init
var kinds embed.FS

type initCmd struct {
	Kind string `arg:"" help:"support (customer service), rag (answers from documents), workflow (a back-office job) or empty (one tool)." enum:"support,rag,workflow,empty"`
	Dir  string `arg:"" optional:"" help:"The folder to make; the kind's name by default." type:"path"`
}

// Run writes the files of a kind. What is there stays: a file of the same name is an error
// before anything is written.
func (c *initCmd) Run() error {
	dir := c.Dir
	if dir == "" {
		dir = c.Kind
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is no folder: name a new one", dir)
	}
	files, err := kindFiles(c.Kind)
	if err != nil {
		return err
	}
	var there []string
	for _, name := range files {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			there = append(there, name)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if len(there) > 0 {
		return fmt.Errorf("%s has %s already: name a new folder", dir, strings.Join(there, ", "))
	}
	var made []string
	for _, name := range files {
		wrote, err := c.write(dir, name)
		if made = append(made, wrote...); err != nil { // half a folder is none, and would be in the way of the next try
			for _, path := range slices.Backward(made) {
				_ = os.Remove(path)
			}
			return err
		}
	}
	fmt.Fprintf(stdout, "%s: %s\n", dir, strings.Join(files, ", "))
	fmt.Fprintf(stdout, "Try it:\n  cd %s\n  chaski run %q\n", shellWord(dir), firstPrompt[c.Kind])
	return nil
}

// write writes one file of the kind and returns what it made: folders, then the file.
func (c *initCmd) write(dir, name string) (made []string, err error) {
	text, err := kinds.ReadFile(path.Join("init", c.Kind, name))
	if err != nil {
		return nil, err
	}
	to := filepath.Join(dir, filepath.FromSlash(name))
	for above := filepath.Dir(to); ; above = filepath.Dir(above) {
		if _, err := os.Stat(above); err == nil || above == filepath.Dir(above) {
			break
		}
		made = append(made, above)
	}
	slices.Reverse(made)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return made, err
	}
	return append(made, to), writeNew(to, text)
}

// firstPrompt is what a kind's README begins with.
var firstPrompt = map[string]string{
	"support":  "Where is my order 1042? If it is late, refund me.",
	"rag":      "What is the price of the steel kettle?",
	"workflow": "Remind everybody with an overdue invoice and post a summary to finance.",
	"empty":    "Get the weather of the city Paris.",
}

// kindFiles lists the files of a kind, sorted.
func kindFiles(kind string) (out []string, err error) {
	root := path.Join("init", kind)
	err = fs.WalkDir(kinds, root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, strings.TrimPrefix(name, root+"/"))
		}
		return err
	})
	slices.Sort(out)
	return out, err
}

// writeNew writes a file that is not there.
func writeNew(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
