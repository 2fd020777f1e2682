package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

type modelQuantizeCmd struct {
	In      string `arg:"" help:"GGUF file, mini, or a name to pull." type:"model"`
	Out     string `arg:"" help:"File to write." type:"path"`
	Type    string `required:"" help:"Number format: Q4_K_M, Q8_0, F16 and so on."`
	JSON    bool   `help:"Print JSON: path, format, bytes and the bytes of the file read."`
	Threads int    `short:"t" help:"Threads; 0 is one for each processor, as far as a quota of control groups goes." default:"0"`
}

type quantizeOut struct {
	Path      string `json:"path"`
	Format    string `json:"format"`
	Bytes     int64  `json:"bytes"`
	BytesRead int64  `json:"bytes_read"`
}

// Run converts a model file. On Ctrl-C nothing is left of the new file.
func (c *modelQuantizeCmd) Run(ctx context.Context) (err error) {
	mix, err := gguf.ParseMix(c.Type)
	if err != nil {
		return err
	}
	f, err := openFile(c.In)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if in, err := os.Stat(c.In); err == nil {
		if out, err := os.Stat(c.Out); err == nil && os.SameFile(in, out) {
			return fmt.Errorf("%s: the file would be written over itself", c.Out)
		}
	}
	pool := tensor.NewPool(c.Threads)
	defer pool.Close()
	step, end := progress(mix.Name)
	defer end()
	if err := gguf.Convert(ctx, f, c.Out, mix, pool, step); err != nil {
		return err
	}
	info, err := os.Stat(c.Out)
	if err != nil {
		return err
	}
	end()
	if c.JSON {
		return json.NewEncoder(stdout).Encode(quantizeOut{c.Out, mix.Name, info.Size(), f.Size})
	}
	fmt.Fprintf(os.Stderr, "%s: %.1f MB as %s, from %.1f MB\n", c.Out, float64(info.Size())/1e6, mix.Name, float64(f.Size)/1e6)
	return nil
}
