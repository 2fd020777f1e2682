package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chaski-dev/chaski/policies/audit"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Verify a log; names the first bad, missing or reordered entry."`
}

type auditVerifyCmd struct {
	Key  string `help:"Public key of the checkpoints: hex, or a file, such as signing.key.pub beside the logs."`
	Log  string `arg:"" help:"Log file, or a folder of them." type:"path"`
	Want uint64 `help:"The least number of entries that the log must have: shows a cut end."`
}

// Run exits 1 if the log does not verify.
func (c *auditVerifyCmd) Run() error {
	var key ed25519.PublicKey
	if c.Key != "" {
		var err error
		if key, err = audit.PublicKey(c.Key); err != nil {
			return err
		}
	}
	info, err := os.Stat(c.Log)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return elsewhere(c.verify(c.Log, "", key), filepath.Dir(c.Log))
	}
	logs, err := filepath.Glob(filepath.Join(c.Log, "*.jsonl"))
	if err != nil || len(logs) == 0 {
		return elsewhere(fmt.Errorf("%s: no logs (*.jsonl) in it", c.Log), c.Log)
	}
	var failed []error
	for _, log := range logs {
		failed = append(failed, c.verify(log, filepath.Base(log)+": ", key))
	}
	return elsewhere(errors.Join(failed...), c.Log)
}

// verify checks one log; what it prints begins with name.
func (c *auditVerifyCmd) verify(log, name string, key ed25519.PublicKey) error {
	f, err := os.Open(log)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := audit.Verify(f, key)
	if err != nil {
		return fmt.Errorf("%s: %w", log, err)
	}
	if r.Entries == 0 {
		return fmt.Errorf("%s: no entry is in it: nothing was verified", log)
	}
	if r.Entries < c.Want {
		return fmt.Errorf("%s: entry %d is missing: the log ends at %d", log, r.Entries+1, r.Entries)
	}
	fmt.Fprintf(stdout, "%sok: %d entries, %d checkpoints, signed up to entry %d\n", name, r.Entries, r.Checkpoints, r.Signed)
	return nil
}

// elsewhere adds to an error where the audit logs are, if what was to be verified is another
// folder of a data folder, or lies in one: journals have the names of logs.
func elsewhere(err error, folder string) error {
	if _, there := os.Stat(filepath.Join(folder, signingKey)); err == nil || there == nil {
		return err
	}
	for _, logs := range []string{filepath.Join(folder, "audit"), filepath.Join(filepath.Dir(folder), "audit")} {
		if _, missing := os.Stat(filepath.Join(logs, signingKey)); missing == nil {
			return fmt.Errorf("%w: the logs are in %s", err, logs)
		}
	}
	return err
}
