package mcp

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Pins remember the declarations that were accepted, in a file that is made to be read and
// kept with the configuration. The first declarations that are seen of a server are taken
// as they are: to name the server was to accept them. From then on a tool whose text or
// schema has changed, and one that is new, waits until a person accepts it.
type Pins struct {
	path string // "" keeps them in memory
	mu   sync.Mutex
	held pinned
}

// pinned is the file.
type pinned struct {
	Servers map[string]pinnedServer `json:"servers"`
}

type pinnedServer struct {
	Tools map[string]Declaration `json:"tools"`
}

// Change is a declaration that differs from the one that was accepted.
type Change struct {
	Declaration
	Old *Declaration // nil for a new tool
}

func (c *Change) String() string {
	what := "is new"
	if c.Old != nil {
		what = "has changed"
	}
	return fmt.Sprintf("tool %q of mcp server %q %s", clean(c.Name, 100), c.Server, what)
}

// maxPins bounds the file in bytes.
const maxPins = 64 << 20

// OpenPins reads a file of pins, which need not exist. "" keeps pins in memory.
func OpenPins(path string) (*Pins, error) {
	p := &Pins{path: path}
	return p, p.read()
}

func (p *Pins) read() error {
	p.held = pinned{Servers: map[string]pinnedServer{}}
	if p.path == "" {
		return nil
	}
	f, err := os.Open(p.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("pins of mcp tools: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxPins+1))
	if err != nil {
		return fmt.Errorf("pins of mcp tools: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	var held pinned
	if err := dec.Decode(&held); err != nil || len(text) > maxPins {
		return fmt.Errorf("%s: it is no file of pinned mcp tools (%v): take it back from where it is kept, or remove it to accept what the servers say now", p.path, err)
	}
	for name, s := range held.Servers {
		if s.Tools != nil {
			p.held.Servers[name] = s
		}
	}
	return nil
}

// Check compares what a server declares with what was accepted. All that a server declares
// when it is seen for the first time is accepted.
func (p *Pins) Check(server string, declared []Declaration) ([]Change, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, seen := p.held.Servers[server]; !seen {
		return nil, p.change(func() {
			if _, seen := p.held.Servers[server]; !seen { // by another process
				p.held.Servers[server] = pinnedServer{map[string]Declaration{}}
				p.put(declared)
			}
		})
	}
	var out []Change
	for _, d := range declared {
		old, ok := p.held.Servers[server].Tools[d.Name]
		switch {
		case !ok:
			out = append(out, Change{Declaration: d})
		case old.Hash != d.Hash:
			out = append(out, Change{d, &old})
		}
	}
	return out, nil
}

// Accept is a person's yes to declarations.
func (p *Pins) Accept(declared ...Declaration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.change(func() { p.put(declared) })
}

// Forget takes out what a server no longer declares, of servers that are given.
func (p *Pins) Forget(server string, declared []Declaration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.change(func() {
		has := map[string]bool{}
		for _, d := range declared {
			has[d.Name] = true
		}
		for name := range p.held.Servers[server].Tools {
			if !has[name] {
				delete(p.held.Servers[server].Tools, name)
			}
		}
	})
}

func (p *Pins) put(declared []Declaration) {
	for _, d := range declared {
		if _, ok := p.held.Servers[d.Server]; !ok {
			p.held.Servers[d.Server] = pinnedServer{map[string]Declaration{}}
		}
		p.held.Servers[d.Server].Tools[d.Name] = d
	}
}

// change reads the file again, since another process may have written it, changes what it
// holds and writes it whole under another name first.
func (p *Pins) change(change func()) error {
	if p.path == "" {
		change()
		return nil
	}
	failed := func(err error) error {
		return fmt.Errorf("the pins of mcp tools cannot be kept: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(p.path), 0o755); err != nil {
		return failed(err)
	}
	if err := p.read(); err != nil {
		return err
	}
	change()
	text, err := json.MarshalIndent(p.held, "", "  ")
	if err != nil {
		return failed(err)
	}
	part, err := os.CreateTemp(filepath.Dir(p.path), filepath.Base(p.path)+".*")
	if err != nil {
		return failed(err)
	}
	_, err = part.Write(append(text, '\n'))
	err = errors.Join(err, part.Chmod(0o644), part.Sync(), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), p.path)
	}
	if err != nil {
		return failed(errors.Join(err, os.Remove(part.Name())))
	}
	return nil
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
