package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/openai"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/documents"
	"github.com/chaski-dev/chaski/tools/documents/ground"
	"github.com/chaski-dev/chaski/tools/documents/index"
)

// DocumentsConfig names what an agent answers from: in YAML a folder, a list of folders,
// or a mapping.
type DocumentsConfig struct {
	Folders    []FolderConfig    `yaml:"folders"`
	Passages   int               `yaml:"passages"`   // that a search gives; 0 is 5
	Budget     int               `yaml:"budget"`     // tokens of the passages that one call gives, as the model counts them; 0 is no bound
	Size       int               `yaml:"size"`       // characters of a passage; 0 is 1,000
	Language   string            `yaml:"language"`   // of all documents; "" tells it from each
	Tools      []string          `yaml:"tools"`      // of the library's tools; none is all
	Grounding  ground.Mode       `yaml:"grounding"`  // of answers whose facts are not in what they cite: mark, refuse, quote; "" checks nothing
	Embeddings *EmbeddingsConfig `yaml:"embeddings"` // nil searches by words alone
	Rerank     *RerankConfig     `yaml:"rerank"`     // nil keeps the order of the search
	Index      string            `yaml:"index"`      // folder of the index; "" is documents within the data folder
}

// EmbeddingsConfig names what makes vectors of texts: in YAML the model alone, or a mapping.
type EmbeddingsConfig struct {
	BaseURL string `yaml:"base_url"` // of an endpoint, see openai.Options; "" runs the model here
	Model   string `yaml:"model"`    // the endpoint's name for it, or a GGUF file or name as model is given
	KeyEnv  string `yaml:"key_env"`  // the environment variable that holds the key; "" sends none

	QueryPrefix   string `yaml:"query_prefix"` // written before queries and passages, as the model was trained
	PassagePrefix string `yaml:"passage_prefix"`
}

// UnmarshalYAML takes a text as the model.
func (e *EmbeddingsConfig) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&e.Model)
	}
	type plain EmbeddingsConfig
	if err := known(n, reflect.TypeFor[EmbeddingsConfig](), "embeddings"); err != nil {
		return err
	}
	return n.Decode((*plain)(e))
}

func (e *EmbeddingsConfig) check() error {
	switch {
	case e == nil:
		return nil
	case e.BaseURL != "":
		_, err := openai.NewEmbedder(openai.Options{BaseURL: e.BaseURL, Model: e.Model})
		return err
	case strings.TrimSpace(e.Model) == "":
		return errors.New("no model is named: want a GGUF file, or base_url and model of an endpoint")
	case e.KeyEnv != "":
		return errors.New("key_env is for an endpoint: name it by base_url")
	}
	return nil
}

// RerankConfig has the agent's model order the passages that a search found: in YAML how
// many of them, or a mapping.
type RerankConfig struct {
	Passages int           `yaml:"passages"` // that fit best; 0 is 20
	Time     time.Duration `yaml:"time"`     // for one search; 0 is 10 s
}

// UnmarshalYAML takes a number as the passages.
func (r *RerankConfig) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&r.Passages)
	}
	type plain RerankConfig
	if err := known(n, reflect.TypeFor[RerankConfig](), "rerank"); err != nil {
		return err
	}
	return n.Decode((*plain)(r))
}

// FolderConfig is a folder, a file or a pattern, see documents.Folder.
type FolderConfig struct {
	Path    string   `yaml:"path"`
	Trusted bool     `yaml:"trusted"`
	Readers []string `yaml:"readers"`
	Tenant  string   `yaml:"tenant"`
}

// UnmarshalYAML takes a text as a folder, and a list as folders.
func (d *DocumentsConfig) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.ScalarNode:
		d.Folders = []FolderConfig{{}}
		return n.Decode(&d.Folders[0].Path)
	case yaml.SequenceNode:
		return n.Decode(&d.Folders)
	}
	type plain DocumentsConfig
	if err := known(n, reflect.TypeFor[DocumentsConfig](), "documents"); err != nil {
		return err
	}
	return n.Decode((*plain)(d))
}

// UnmarshalYAML takes a text as the path.
func (f *FolderConfig) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&f.Path)
	}
	type plain FolderConfig
	if err := known(n, reflect.TypeFor[FolderConfig](), "a folder of documents"); err != nil {
		return err
	}
	return n.Decode((*plain)(f))
}

func (d *DocumentsConfig) check() error {
	if d == nil {
		return nil
	}
	if len(d.Folders) == 0 {
		return errors.New("documents: no folder is named")
	}
	for i, f := range d.Folders {
		if strings.TrimSpace(f.Path) == "" {
			return fmt.Errorf("documents: folder %d has no path", i+1)
		}
	}
	if d.Passages < 0 || d.Passages > maxPassages {
		return fmt.Errorf("documents: passages %d: want 1 to %d, or 0 for 5", d.Passages, maxPassages)
	}
	if d.Budget < 0 || d.Budget > 0 && d.Budget < minBudget {
		return fmt.Errorf("documents: budget %d: want at least %d tokens, or 0 for no bound", d.Budget, minBudget)
	}
	if d.Size != 0 && (d.Size < minSize || d.Size > maxSize) {
		return fmt.Errorf("documents: size %d: want %d to %d characters, or 0 for 1000", d.Size, minSize, maxSize)
	}
	if d.Language != "" && !slices.Contains(index.Languages, d.Language) {
		return fmt.Errorf("documents: language %q: want one of %s", d.Language, strings.Join(index.Languages, ", "))
	}
	if d.Grounding != ground.Off && !slices.Contains(ground.Modes, d.Grounding) {
		return fmt.Errorf("documents: grounding %q: want mark, refuse or quote", d.Grounding)
	}
	if err := d.Embeddings.check(); err != nil {
		return fmt.Errorf("documents: embeddings: %w", err)
	}
	if r := d.Rerank; r != nil && (r.Passages != 0 && (r.Passages < 2 || r.Passages > maxPassages) || r.Time < 0) {
		return fmt.Errorf("documents: rerank: %d passages in %v: want 2 to %d, or 0 for 20, and no negative time", r.Passages, r.Time, maxPassages)
	}
	for _, t := range d.Tools {
		if !slices.Contains(documents.ToolNames, t) {
			return fmt.Errorf("documents: tools: there is no %q: want some of %s", t, strings.Join(documents.ToolNames, ", "))
		}
	}
	return nil
}

// Bounds of what may be asked for.
const (
	maxPassages = 50
	minBudget   = 50
	minSize     = 40
	maxSize     = 20_000
)

// documents are the configured documents, with their paths as the process sees them.
func (c *Config) documents() documents.Options {
	d := c.Documents
	o := documents.Options{Passages: d.Passages, Budget: d.Budget, Size: d.Size, Language: d.Language, Tools: d.Tools}
	for _, f := range d.Folders {
		folder := documents.Folder{Path: c.path(f.Path), Trusted: f.Trusted, Readers: f.Readers, Tenant: f.Tenant}
		if c.fsys != nil {
			folder.Path, folder.FS = f.Path, c.fsys
		}
		o.Folders = append(o.Folders, folder)
	}
	return o
}

// openDocuments opens the library, if one is configured, and returns its tools.
func (h *Host) openDocuments(ctx context.Context) (_ []*tools.Tool, err error) {
	c := h.Config
	d := c.Documents
	if d == nil {
		return nil, nil
	}
	dir := c.path(d.Index)
	if dir == "" {
		name := c.Name
		if name == "" {
			name = "agent"
		}
		dir = filepath.Join(h.data, "documents", name)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("documents: the index: %w", err)
	}
	o := c.documents()
	if e := d.Embeddings; e != nil {
		if o.Embedder, err = h.openEmbedder(ctx, e); err != nil {
			return nil, fmt.Errorf("documents: embeddings: %w", err)
		}
		o.QueryPrefix, o.PassagePrefix = e.QueryPrefix, e.PassagePrefix
	}
	if r := d.Rerank; r != nil {
		o.Reranker, o.RerankTop, o.RerankTime = documents.ModelReranker(h.Model), r.Passages, r.Time
	}
	o.Index, o.Watch, o.Progress, o.Log = dir, true, h.o.Progress, h.o.Log
	o.Count = counter(h.Model)
	l, err := documents.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	h.close = append(h.close, l.Close)
	files, passages := l.Size()
	h.o.Log.Info().Int("files", files).Int("passages", passages).Int("failed", len(l.Failures())).Msg("documents are ready")
	return l.Tools(), nil
}

// embedContext is the most tokens of a text that an embedding model here reads.
const embedContext = 8192

// openEmbedder opens what makes vectors: an endpoint, or a model in this process, which is
// tried once, so that one that gives none is refused by what it lacks.
func (h *Host) openEmbedder(ctx context.Context, e *EmbeddingsConfig) (documents.Embedder, error) {
	if e.BaseURL != "" {
		key := ""
		if e.KeyEnv != "" {
			var err error
			if key, err = keyOf(e.KeyEnv, e.Model); err != nil {
				return nil, err
			}
		}
		return openai.NewEmbedder(openai.Options{BaseURL: e.BaseURL, Model: e.Model, Key: key})
	}
	path, err := h.local(ctx, e.Model, h.Config.path)
	if err != nil {
		return nil, err
	}
	m, err := engine.Open(path, engine.Options{IDs: true, NoDrafts: true, Tokens: embedContext})
	if err != nil {
		return nil, err
	}
	h.close = append(h.close, m.Close)
	if _, err := m.Embed(ctx, &llm.EmbedRequest{Text: "a"}); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	name := filepath.Base(path)
	if f := m.Model().File; f != nil {
		name = fmt.Sprintf("%s of pooling %d, %x", name, m.Pooling(), engine.Fingerprint(f))
	}
	return documents.ModelEmbedder(name, m), nil
}

// counter counts the tokens of a text as the model reads it: those of a message that holds
// it, less those of an empty one.
func counter(m llm.Model) func(text string) (int, error) {
	count := func(text string) (int, error) {
		return m.CountTokens(&llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: text}}})
	}
	return func(text string) (int, error) {
		frame, err := count("")
		if err != nil {
			return 0, err
		}
		n, err := count(text)
		return n - frame, err
	}
}
