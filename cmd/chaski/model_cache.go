package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/chaski-dev/chaski/llm/kv"
)

// modelCacheCmd looks after the page files that engines keep between processes.
type modelCacheCmd struct {
	Ls    modelCacheLsCmd    `cmd:"" help:"List the page files."`
	Prune modelCachePruneCmd `cmd:"" help:"Remove page files, those used longest ago first."`
}

// cacheDir is where page files lie unless told otherwise.
type cacheDir struct {
	Dir  string `help:"Directory of the page files; the user's cache directory unless given." type:"path"`
	JSON bool   `help:"Print JSON lines."`
}

func (c *cacheDir) path() (string, error) {
	if c.Dir != "" {
		return c.Dir, nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "chaski"), err
}

type modelCacheLsCmd struct{ cacheDir }

// Run lists the files.
func (c *modelCacheLsCmd) Run() error {
	dir, err := c.path()
	if err != nil {
		return err
	}
	files, err := kv.Files(dir)
	if err != nil {
		return err
	}
	return c.print(files)
}

type modelCachePruneCmd struct {
	cacheDir
	Keep int64 `help:"Bytes that may stay; files in use always do." default:"0"`
}

// Run removes files and lists what it removed.
func (c *modelCachePruneCmd) Run() error {
	dir, err := c.path()
	if err != nil {
		return err
	}
	gone, err := kv.Prune(dir, c.Keep)
	if e := c.print(gone); err == nil {
		err = e
	}
	return err
}

func (c *cacheDir) print(files []kv.FileInfo) error {
	if c.JSON {
		enc := json.NewEncoder(stdout)
		for _, f := range files {
			if err := enc.Encode(f); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FILE\tMODEL\tFORMAT\tPAGES\tMiB\tUSED\tSTATE")
	for _, f := range files {
		state := "ready"
		switch {
		case f.Error != "":
			state = f.Error
		case f.InUse:
			state = "in use"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%.1f\t%s\t%s\n", f.Path, f.Model, f.Format, f.Pages, float64(f.Bytes)/(1<<20), f.Used.Format("2006-01-02 15:04"), state)
	}
	return w.Flush()
}
