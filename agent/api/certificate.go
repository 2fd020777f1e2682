package api

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// certificateLook is how long the files of a certificate are not looked at again.
const certificateLook = 10 * time.Second

// Certificate returns a TLS configuration for [ServeOptions] from two PEM files. It reads
// them again when they have changed, so that a certificate can be renewed while the server
// runs; as long as what is there cannot be read, the last one serves.
func Certificate(certFile, keyFile string) (*tls.Config, error) {
	c := &certificate{cert: certFile, key: keyFile}
	if err := c.load(); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}, nil
}

type certificate struct {
	cert, key string

	mu      sync.Mutex
	pair    *tls.Certificate
	looked  time.Time
	changed [2]time.Time // of the files
}

func (c *certificate) load() error {
	changed := c.times()
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("the certificate %s with the key %s: %w", c.cert, c.key, err)
	}
	c.pair, c.changed, c.looked = &pair, changed, time.Now()
	return nil
}

func (c *certificate) times() (at [2]time.Time) {
	for i, name := range []string{c.cert, c.key} {
		if info, err := os.Stat(name); err == nil {
			at[i] = info.ModTime()
		}
	}
	return at
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) >= certificateLook {
		if c.looked = time.Now(); c.times() != c.changed {
			_ = c.load() // one file may be written before the other: the next look is soon
		}
	}
	return c.pair, nil
}
