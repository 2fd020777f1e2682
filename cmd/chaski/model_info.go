package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/tensor"
)

type modelInfoCmd struct {
	Model string `short:"m" required:"" help:"GGUF file, model directory, mini, or a name to pull." type:"model"`
	JSON  bool   `help:"Print JSON."`
}

// modelInfo is what `model info` prints.
type modelInfo struct {
	Path       string         `json:"path"`
	Version    int            `json:"gguf_version,omitempty"`
	Bytes      int64          `json:"bytes,omitempty"`
	Parameters int64          `json:"parameters,omitempty"`
	Formats    map[string]int `json:"formats,omitempty"` // tensors of each number format
	Tokenizer  string         `json:"tokenizer"`
	Template   string         `json:"template"` // whose chat format it is
	Dialect    llm.Dialect    `json:"dialect"`  // of calls; "" if the model can't be told of tools
	Ends       []string       `json:"ends"`     // tokens that end a turn
	Refused    []string       `json:"refused,omitempty"`
	TiedHead   bool           `json:"tied_head"`
	KVBytesF16 int            `json:"kv_bytes_per_token_f16"`
	Kernels    string         `json:"kernels"`
	llama.Config
}

// Run prints what a model file holds, after all checks that loading makes.
func (c *modelInfoCmd) Run() (err error) {
	m, err := openModel(c.Model, llama.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	info := modelInfo{
		Path: c.Model, Config: m.Config, TiedHead: m.TiedHead(), Kernels: tensor.KernelName(),
		KVBytesF16: 2 * m.Layers * m.KVHeads * tensor.F16.RowBytes(m.HeadDim),
	}
	if f := m.File; f != nil {
		info.Version, info.Bytes, info.Formats = f.Version, f.Size, map[string]int{}
		for i := range f.Tensors {
			info.Parameters += int64(f.Tensors[i].Elements())
			info.Formats[f.Tensors[i].Type.String()]++
		}
	}
	if t, err := openTokenizer(c.Model); err != nil {
		info.Tokenizer = err.Error()
	} else {
		info.Tokenizer = fmt.Sprintf("%s of %d tokens", t.Kind(), t.Size())
		for _, id := range engine.EndsOf(t) {
			info.Ends = append(info.Ends, string(t.Bytes(id)))
		}
		info.speaks(c.Model, m.File, t.Added())
	}
	if c.JSON {
		return json.NewEncoder(stdout).Encode(info)
	}
	row := func(name, format string, args ...any) {
		fmt.Fprintf(stdout, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	row("name", "%s", info.Name)
	if info.Version > 0 {
		row("file", "GGUF version %d, %.1f MB, %.2f billion weights", info.Version, float64(info.Bytes)/1e6, float64(info.Parameters)/1e9)
		var formats []string
		for f, n := range info.Formats {
			formats = append(formats, fmt.Sprintf("%s × %d", f, n))
		}
		slices.Sort(formats)
		row("formats", "%v", formats)
	}
	row("layers", "%d of width %d, feed-forward %d", info.Layers, info.Width, info.FFN)
	row("heads", "%d of %d dimensions, %d for keys and values", info.Heads, info.HeadDim, info.KVHeads)
	row("context", "%d tokens, RoPE base %g", info.Context, info.RopeBase)
	row("KV cache", "%.1f KiB a token in F16", float64(info.KVBytesF16)/1024)
	row("vocabulary", "%d tokens; tied head: %v", info.Vocab, info.TiedHead)
	row("tokenizer", "%s", info.Tokenizer)
	row("template", "%s", info.Template)
	switch info.Dialect {
	case "":
		row("calls", "none")
	default:
		row("calls", "%s: %s", info.Dialect, chat.Form(info.Dialect).Example())
	}
	row("turn ends", "%s", strings.Join(info.Ends, " "))
	for _, r := range info.Refused {
		row("refused", "%s", r)
	}
	row("kernels", "%s", info.Kernels)
	return nil
}

// speaks says how the model is talked to.
func (i *modelInfo) speaks(path string, f *gguf.File, names []string) {
	var src chat.Source
	var err error
	if f != nil {
		src, err = engine.SourceOf(f)
	} else {
		src, err = engine.SourceOfDir(path)
	}
	src.Names = names
	var format *chat.Format
	if err == nil {
		format, err = chat.NewFormat(src)
	}
	if err != nil {
		i.Template, i.Refused = "unusable", []string{err.Error()}
		return
	}
	i.Template, i.Dialect, i.Refused = format.Kind(), format.Dialect(), format.Refused()
}
