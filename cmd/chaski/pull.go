package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/chaski-dev/chaski/llm/hub"
)

type pullCmd struct {
	Name string `arg:"" help:"hf:OWNER/REPO[:TAG], hf:OWNER/REPO/FILE.gguf, ollama:NAME[:TAG], or a short name such as llama3.1."`
	JSON bool   `help:"Print JSON."`
}

// Run pulls a model and prints where it lies.
func (c *pullCmd) Run(ctx context.Context) error {
	if _, err := hub.Parse(c.Name); err != nil {
		return usage("%v", err)
	}
	h, end, err := openHub()
	if err != nil {
		return err
	}
	m, err := h.Pull(ctx, c.Name)
	end()
	kept(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(stdout).Encode(m)
	}
	fmt.Fprintf(stdout, "%s: %s in %s\n", m.Name, hub.Bytes(m.Bytes()), h.Dir)
	return nil
}

type modelLsCmd struct {
	JSON bool `help:"Print JSON lines."`
}

// Run lists the pulled models.
func (c *modelLsCmd) Run() error {
	h, err := hub.FromEnv()
	if err != nil {
		return err
	}
	models, err := h.List()
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(stdout)
		for _, m := range models {
			if err := enc.Encode(m); err != nil {
				return err
			}
		}
		return nil
	}
	if len(models) == 0 {
		fmt.Fprintf(os.Stderr, "no models in %s: chaski pull NAME gets one\n", h.Dir)
		return nil
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSIZE\tFILES\tPULLED")
	for _, m := range models {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", m.Name, hub.Bytes(m.Bytes()), len(m.Files), m.Pulled.Local().Format("2006-01-02 15:04"))
	}
	return w.Flush()
}

type modelRmCmd struct {
	Names []string `arg:"" help:"Names as chaski model ls prints them."`
}

// Run removes pulled models.
func (c *modelRmCmd) Run() error {
	h, err := hub.FromEnv()
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range c.Names {
		m, err := h.Remove(name)
		if err == nil {
			fmt.Fprintf(stdout, "%s: removed, %s\n", m.Name, hub.Bytes(m.Bytes()))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// openHub is the hub of the environment with a line for each file that comes; end takes
// the line away.
func openHub() (h *hub.Hub, end func(), err error) {
	h, err = hub.FromEnv()
	if err != nil {
		return nil, nil, err
	}
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		h.Notice = func(text string) { fmt.Fprintln(os.Stderr, "chaski:", text) }
		return h, func() {}, nil
	}
	var line *progressLine
	of := ""
	end = func() {
		if line != nil {
			line.end()
		}
	}
	h.Progress = func(file string, done, all int64) {
		if line == nil || of != file {
			end()
			of = file
			line = newProgressLine(file, os.Stderr, stderrColumns)
			line.bytes = true
		}
		line.step(done, all)
	}
	h.Notice = func(text string) {
		if text = "chaski: " + text + "\n"; line != nil {
			line.aside(text)
		} else {
			fmt.Fprint(os.Stderr, text)
		}
	}
	return h, end, nil
}

// pulled returns the path of a named model, which is pulled if it is not on this disk.
func pulled(ctx context.Context, name string) (string, error) {
	h, end, err := openHub()
	if err != nil {
		return "", err
	}
	path, err := h.Path(ctx, name)
	end()
	kept(ctx)
	return path, err
}

// kept says of a pull that was interrupted that it was not for nothing.
func kept(ctx context.Context) {
	if ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "what has come is kept: the same command goes on with it")
	}
}

// offlineFlag is --offline, for a command what CHASKI_OFFLINE is for all.
type offlineFlag bool

// AfterApply says so to whatever looks for models.
func (f offlineFlag) AfterApply() error {
	if !f {
		return nil
	}
	return os.Setenv("CHASKI_OFFLINE", "1")
}

// modelType is the type of flags that take a model: a path, or a name of the hub.
const modelType = "model"

// modelMapper makes paths absolute and leaves names as they are.
func modelMapper(ctx *kong.DecodeContext, target reflect.Value) error {
	var s string
	if err := ctx.Scan.PopValueInto("model", &s); err != nil {
		return err
	}
	if !named(s) {
		s = kong.ExpandPath(s)
	}
	target.SetString(s)
	return nil
}

// named says that a model is given by a name; a file of that name is meant first.
func named(s string) bool {
	if !hub.IsName(s) {
		return false
	}
	_, err := os.Stat(s)
	return errors.Is(err, fs.ErrNotExist)
}

// known refuses a word that is neither a file nor a name, and says which names there are.
func known(model string) error {
	if model == "" || model == "mini" || strings.HasPrefix(model, "script:") {
		return nil
	}
	if _, err := os.Stat(model); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	_, err := hub.Parse(model)
	switch folder, _ := os.Stat(filepath.Dir(model)); {
	case err == nil:
		return nil
	case hub.IsName(model):
		return usage("%v", err)
	case shortForm.MatchString(model), !strings.ContainsAny(model, `/\.`), hub.Bare(model) && folder == nil:
		return usage("there is no file %s; %v", model, err)
	}
	return nil // a path: opening it says what is wrong
}

// shortForm is what a short name looks like, of a version that is not known, too.
var shortForm = regexp.MustCompile(`^[a-z]+[0-9.]*(:[0-9a-z.]+)?$`)

// locate puts paths in place of the names of models that the command was given.
func locate(ctx context.Context, k *kong.Context) error {
	values := []*kong.Value{}
	for _, f := range k.Flags() {
		values = append(values, f.Value)
	}
	if k.Selected() != nil {
		values = append(values, k.Selected().Positional...)
	}
	for _, v := range values {
		if v.Tag.Type != modelType {
			continue
		}
		if err := known(v.Target.String()); err != nil {
			return err
		}
		if !named(v.Target.String()) {
			continue
		}
		path, err := pulled(ctx, v.Target.String())
		if err != nil {
			return err
		}
		v.Target.SetString(path)
	}
	return nil
}
