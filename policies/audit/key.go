package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// LoadKey reads the key that signs checkpoints from a file, a seed of 32 bytes in hex,
// and makes one if there is none. The public key is kept beside it, in path.pub: give
// that to whoever verifies, and keep a copy where the log's writer cannot reach it.
func LoadKey(path string) (ed25519.PrivateKey, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	if len(raw) == 0 {
		return nil, fmt.Errorf("audit: the signing key %s is empty, it was never written: remove the file, and a key is made", path)
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(raw)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("audit: %s is no signing key: want %d bytes in hex", path, ed25519.SeedSize)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func newKey(path string) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return LoadKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	_, err = fmt.Fprintln(f, hex.EncodeToString(key.Seed()))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil { // half a key would be in the way once the disk has room
		return nil, fmt.Errorf("audit: %w", errors.Join(err, os.Remove(path)))
	}
	public := hex.EncodeToString(key.Public().(ed25519.PublicKey))
	if err := os.WriteFile(path+".pub", []byte(public+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return key, nil
}

// PublicKey reads a public key in hex, as it is or from the file of that name.
func PublicKey(s string) (ed25519.PublicKey, error) {
	raw, err := hex.DecodeString(strings.TrimSpace(s))
	if err != nil || len(raw) != ed25519.PublicKeySize {
		text, fileErr := os.ReadFile(s)
		if fileErr != nil {
			return nil, fmt.Errorf("audit: %q is neither a public key in hex nor a file: %w", s, fileErr)
		}
		raw, err = hex.DecodeString(strings.TrimSpace(string(text)))
	}
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("audit: %s holds no ed25519 public key in hex", s)
	}
	return raw, nil
}
