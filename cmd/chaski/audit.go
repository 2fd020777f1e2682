package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"github.com/chaski-dev/chaski/policies/audit"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Verify a log; names the first bad, missing or reordered entry."`
}

type auditVerifyCmd struct {
	Key  string `help:"Public key of the checkpoints, hex."`
	Log  string `arg:"" help:"Log file." type:"existingfile"`
	Want uint64 `help:"The least number of entries that the log must have: shows a cut end."`
}

// Run exits 1 if the log does not verify.
func (c *auditVerifyCmd) Run() error {
	var key ed25519.PublicKey
	if c.Key != "" {
		raw, err := hex.DecodeString(c.Key)
		if err != nil || len(raw) != ed25519.PublicKeySize {
			return errors.New("the key is not an ed25519 public key in hex")
		}
		key = raw
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
