package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// signingKey is the public key beside audit logs.
const signingKey = "signing.key.pub"

// notRuns says of a folder that is named as one of runs what else it is: audit logs have the
// names of their runs, and would be told as damaged journals. A folder with nothing in it may
// be one of runs that has none.
func notRuns(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) { // a folder that is made here holds none
			return fmt.Errorf("no runs at %s: there is no such folder; name another with --runs", folder)
		}
		return err
	}
	defer d.Close()
	if info, err := d.Stat(); err != nil || !info.IsDir() {
		return nil // opening it says what is wrong
	}
	if _, err := os.Stat(filepath.Join(folder, signingKey)); err == nil {
		return fmt.Errorf("%s holds audit logs, which `chaski audit verify` reads, and no runs%s", folder, runsNear(folder))
	}
	something := false
	for {
		names, err := d.Readdirnames(64)
		for _, name := range names {
			if strings.HasSuffix(name, ".jsonl") {
				return nil
			}
			something = something || !strings.HasPrefix(name, ".")
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if near := runsNear(folder); something && near != "" {
		return fmt.Errorf("no runs at %s%s", folder, near)
	}
	return nil
}

// runsNear says where the runs are of a data folder, or beside a folder of one.
func runsNear(folder string) string {
	for _, runs := range []string{filepath.Join(folder, "runs"), filepath.Join(filepath.Dir(folder), "runs")} {
		if info, err := os.Stat(runs); err == nil && info.IsDir() && runs != folder {
			return ": they are in " + runs
		}
	}
	return ""
}
