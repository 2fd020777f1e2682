package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/mini"
)

// isShipped says that a model's path names the model in the binary: mini, where no file
// of that name is.
func isShipped(path string) bool {
	if filepath.Base(path) != "mini" {
		return false
	}
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// openFile opens a model's GGUF file, or that of the model in the binary.
func openFile(path string) (*gguf.File, error) {
	if isShipped(path) {
		return gguf.Parse(mini.Bytes())
	}
	return gguf.Open(path)
}

// openModel opens a model file, a directory or the model in the binary.
func openModel(path string, o llama.Options) (*llama.Model, error) {
	if !isShipped(path) {
		return llama.Open(path, o)
	}
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	return llama.Load(f)
}
