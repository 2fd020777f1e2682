package main

import (
	"crypto/ed25519"
	"fmt"
	"os"

	"github.com/chaski-dev/chaski/policies/audit"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Verify a log; names the first bad, missing or reordered entry."`
}

type auditVerifyCmd struct {
	Key  string `help:"Public key of the checkpoints: hex, or a file, such as signing.key.pub beside the logs."`
	Log  string `arg:"" help:"Log file." type:"existingfile"`
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
	f, err := os.Open(c.Log)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := audit.Verify(f, key)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Log, err)
	}
	if r.Entries < c.Want {
		return fmt.Errorf("%s: entry %d is missing: the log ends at %d", c.Log, r.Entries+1, r.Entries)
	}
	fmt.Printf("ok: %d entries, %d checkpoints, signed up to entry %d\n", r.Entries, r.Checkpoints, r.Signed)
	return nil
}
