package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools/schema"
)

// Key is an API key as it is kept: whoever reads the file cannot ask with it.
type Key struct {
	Name    string    `json:"name"`   // as journals and logs name who asks
	Tenant  string    `json:"tenant"` // whose runs, responses and cached context it sees
	Hash    string    `json:"sha256"` // of the key, in hexadecimal
	Begins  string    `json:"begins"` // its first characters, to tell it by
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
	Approve bool      `json:"approve,omitempty"` // may answer calls that wait for a person
	Operate bool      `json:"operate,omitempty"` // may read journals and metrics
	All     bool      `json:"all,omitempty"`     // sees every tenant
	Bounds  Bounds    `json:"bounds,omitzero"`
}

// Bounds limit what is asked with a key. Zero fields do not. Tokens are those of prompts
// that were not cached, and of answers, as a run's budget counts them.
type Bounds struct {
	Requests int `json:"requests_per_minute,omitempty"` // that ask a model or start a run
	Tokens   int `json:"tokens_per_minute,omitempty"`
	Day      int `json:"tokens_per_day,omitempty"`   // of UTC
	Month    int `json:"tokens_per_month,omitempty"` // likewise
	Parallel int `json:"parallel,omitempty"`         // answers of bare models at once
}

// Keys are the API keys of a folder, a file each. What another process adds or removes there
// holds within a second.
type Keys struct {
	dir string

	mu      sync.Mutex
	needed  bool // keys were there once: nobody does without one any more
	looked  time.Time
	changed time.Time // of the folder
	byHash  map[string]*Key
	meters  map[string]*meter // by name
}

// keyLook is how long the folder is not looked at again.
const keyLook = time.Second

var goodName = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,63}$`)

// Errors of Keys.
var (
	ErrKeyExists = errors.New("api: there is a key of that name")
	ErrNoKey     = errors.New("api: there is no key of that name")
)

// OpenKeys opens a folder of keys. If it is not there yet, nobody needs a key.
func OpenKeys(dir string) (*Keys, error) {
	k := &Keys{dir: dir, meters: map[string]*meter{}}
	return k, k.load(true)
}

// load reads the folder. strict returns what is wrong with a file; else such a key is left
// out, and the others hold.
func (k *Keys) load(strict bool) error {
	info, err := os.Stat(k.dir)
	if errors.Is(err, fs.ErrNotExist) {
		k.byHash = nil
		return nil
	}
	if err != nil {
		return err
	}
	files, err := os.ReadDir(k.dir)
	if err != nil {
		return err
	}
	k.needed, k.changed = true, info.ModTime()
	byHash := map[string]*Key{}
	var wrong []error
	for _, f := range files {
		name, ok := strings.CutSuffix(f.Name(), ".json")
		if !ok || !goodName.MatchString(name) {
			continue
		}
		key, err := readKey(filepath.Join(k.dir, f.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		byHash[key.Hash] = key
	}
	k.byHash = byHash
	if strict {
		return errors.Join(wrong...)
	}
	return nil
}

func readKey(path string) (*Key, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var key Key
	switch err := json.Unmarshal(text, &key); {
	case err != nil && json.Valid(text):
		return nil, fmt.Errorf("api: %s is no key: %s", path, schema.Misread(err))
	case err != nil:
		return nil, fmt.Errorf("api: %s is no key: it is no JSON: %w", path, err)
	}
	hash, err := hex.DecodeString(key.Hash)
	switch {
	case key.Name+".json" != filepath.Base(path):
		return nil, fmt.Errorf("api: %s is no key: name is %q, want its file's, %q", path, key.Name, strings.TrimSuffix(filepath.Base(path), ".json"))
	case key.Tenant == "":
		return nil, fmt.Errorf("api: %s is no key: tenant is missing", path)
	case err != nil || len(hash) != sha256.Size:
		return nil, fmt.Errorf("api: %s is no key: sha256 is %q, want %d hexadecimal digits", path, key.Hash, 2*sha256.Size)
	}
	return &key, nil
}

// look reads the folder again if it may have changed. mu is held.
func (k *Keys) look(now time.Time) {
	if now.Sub(k.looked) < keyLook {
		return
	}
	k.looked = now
	// A change within the clock's grain of the last one leaves the same time behind.
	if info, err := os.Stat(k.dir); err == nil && info.ModTime().Equal(k.changed) && now.Sub(k.changed) > 2*keyLook {
		return
	}
	if err := k.load(false); err != nil {
		k.byHash = nil // who cannot be told from a stranger is one
	}
}

// Needed reports whether whoever asks needs a key. Once there was one it stays so, even
// if the last is removed.
func (k *Keys) Needed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look(time.Now())
	return k.needed
}

// findHash returns the key that has a hash, with what it has used; nil if none has.
func (k *Keys) findHash(hash string) (*Key, *meter) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look(time.Now())
	key := k.byHash[hash]
	if key == nil {
		return nil, nil
	}
	return key, k.meter(key.Name)
}

// charge counts what a run used for the key that it was started with. A key that is gone
// pays for nothing.
func (k *Keys) charge(name string, u llm.Usage) error {
	k.mu.Lock()
	var key *Key
	var m *meter
	for _, one := range k.byHash {
		if one.Name == name {
			key, m = one, k.meter(name)
		}
	}
	k.mu.Unlock()
	if key == nil {
		return nil
	}
	return m.charge(key.Bounds, cost(u), time.Now())
}

func (k *Keys) meter(name string) *meter {
	m := k.meters[name]
	if m == nil {
		m = openMeter(k.usageFile(name))
		k.meters[name] = m
	}
	return m
}

func (k *Keys) usageFile(name string) string { return filepath.Join(k.dir, "used", name+".json") }

// hashKey is what is kept of a key. It is drawn from 128 bits, so that no slow hash is
// needed, and looked up by its hash, so that time tells nothing.
func hashKey(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Add makes a key and returns its text, which is kept nowhere. Name is needed; a key without
// a tenant is the only one of a tenant of its name.
func (k *Keys) Add(key Key) (text string, err error) {
	if !goodName.MatchString(key.Name) {
		return "", fmt.Errorf("api: %q cannot name a key: want 1 to 64 of a-z, 0-9, '.', '_', '@' and '-', a letter or digit first", key.Name)
	}
	if key.Tenant == "" {
		key.Tenant = key.Name
	}
	if !goodName.MatchString(key.Tenant) {
		return "", fmt.Errorf("api: %q cannot name a tenant: want 1 to 64 of a-z, 0-9, '.', '_', '@' and '-', a letter or digit first", key.Tenant)
	}
	b := key.Bounds
	if min(b.Requests, b.Tokens, b.Day, b.Month, b.Parallel) < 0 {
		return "", fmt.Errorf("api: key %s: a bound is less than 0", key.Name)
	}
	text = "chaski_" + strings.ToLower(rand.Text())
	key.Hash, key.Begins, key.Created = hashKey(text), text[:12], time.Now().UTC().Truncate(time.Second)
	if err := os.MkdirAll(filepath.Join(k.dir, "used"), 0o700); err != nil {
		return "", err
	}
	body, err := json.MarshalIndent(key, "", "  ")
	if err != nil {
		return "", err
	}
	temp, err := os.CreateTemp(k.dir, ".new-*")
	if err != nil {
		return "", err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(append(body, '\n'))
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return "", err
	}
	// A link is made whole, and only where nothing is.
	err = os.Link(temp.Name(), filepath.Join(k.dir, key.Name+".json"))
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%w: %s", ErrKeyExists, key.Name)
	}
	if err != nil {
		return "", err
	}
	k.again()
	return text, nil
}

// Remove removes a key: nobody asks with it any more.
func (k *Keys) Remove(name string) error {
	if !goodName.MatchString(name) {
		return fmt.Errorf("%w: %q", ErrNoKey, name)
	}
	err := os.Remove(filepath.Join(k.dir, name+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrNoKey, name)
	}
	if err != nil {
		return err
	}
	if err := os.Remove(k.usageFile(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	k.again()
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.meters, name)
	return nil
}

// again has the folder read at the next look.
func (k *Keys) again() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.looked, k.changed = time.Time{}, time.Time{}
}

// List returns the keys by name, with what each has used. A file that is no key is an error
// beside the others.
func (k *Keys) List() ([]Key, []Used, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	err := k.load(true)
	var keys []Key
	for _, key := range k.byHash {
		keys = append(keys, *key)
	}
	slices.SortFunc(keys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) })
	used := make([]Used, len(keys))
	for i, key := range keys {
		m := k.meters[key.Name]
		if m == nil { // another process counts
			m = openMeter(k.usageFile(key.Name))
		}
		used[i] = m.read(time.Now())
	}
	return keys, used, err
}

// Close writes down what was used.
func (k *Keys) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var errs []error
	for _, m := range k.meters {
		errs = append(errs, m.save(time.Now()))
	}
	return errors.Join(errs...)
}
