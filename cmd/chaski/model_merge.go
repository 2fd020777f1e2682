package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/tensor"
)

type modelMergeCmd struct {
	Base    string `arg:"" help:"GGUF file, or a name to pull." type:"model"`
	Adapter string `arg:"" help:"LoRA adapter: a GGUF file, a folder of PEFT's, or a name to pull." type:"model"`
	Out     string `arg:"" help:"File to write." type:"path"`
	Type    string `help:"Number format, Q4_K_M, Q8_0, F16 and so on; that of the base unless given."`
	JSON    bool   `help:"Print JSON: path and bytes."`
	Threads int    `short:"t" help:"Threads; 0 is one for each processor, as far as a quota of control groups goes." default:"0"`
}

// Run writes a model with an adapter's changes in it. On Ctrl-C nothing is left of the new
// file.
func (c *modelMergeCmd) Run(ctx context.Context) error {
	var mix *gguf.Mix
	if c.Type != "" {
		m, err := gguf.ParseMix(c.Type)
		if err != nil {
			return err
		}
		mix = &m
	}
	pool := tensor.NewPool(c.Threads)
	defer pool.Close()
	step, end := progress("merging")
	defer end()
	if err := llama.Merge(ctx, c.Base, c.Adapter, c.Out, mix, pool, step); err != nil {
		return err
	}
	end()
	info, err := os.Stat(c.Out)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(stdout).Encode(struct {
			Path  string `json:"path"`
			Bytes int64  `json:"bytes"`
		}{c.Out, info.Size()})
	}
	fmt.Fprintf(os.Stderr, "%s: %.1f MB\n", c.Out, float64(info.Size())/1e6)
	return nil
}
