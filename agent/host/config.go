package host

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/mini"
	"github.com/chaski-dev/chaski/llm/sample"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/documents"
	"github.com/chaski-dev/chaski/tools/external"
	"github.com/chaski-dev/chaski/tools/mcp"
	"github.com/chaski-dev/chaski/tools/strictyaml"
)

// maxConfig bounds an agent.yaml in bytes.
const maxConfig = 4 << 20

// Config is an agent.yaml. The zero value is the shipped model without tools.
type Config struct {
	Name      string                 `yaml:"name"` // "" is that of the file's folder
	Model     ModelConfig            `yaml:"model"`
	System    string                 `yaml:"system"`
	Tools     []external.Declaration `yaml:"tools"`
	Documents *DocumentsConfig       `yaml:"documents"` // nil answers from none
	Servers   MCPConfig              `yaml:"mcp"`
	Discover  []string               `yaml:"discover"` // patterns of names of tools on the bus
	Policies  []string               `yaml:"policies"` // none: reads are allowed and effects are not
	Guard     *GuardConfig           `yaml:"guard"`    // nil asks no guard model
	Budget    BudgetConfig           `yaml:"budget"`
	Sampling  SamplingConfig         `yaml:"sampling"`
	Strategy  string                 `yaml:"strategy"` // react, also "", or plan
	Compact   string                 `yaml:"compact"`  // of old results when the context is full: drop, also "", or summarise
	Approval  time.Duration          `yaml:"approval"` // how long a call waits for a person; 0 is a day

	// Shown is how many tools are declared to the model in a turn where there are more,
	// see planner.Started: 0 is 6 for the shipped model and all for others, −1 all.
	Shown int `yaml:"shown"`

	// Lenient sets tools aside whose schemas the model can't use, with a warning; else they
	// are an error at start.
	Lenient bool `yaml:"lenient"`

	// Confidence is the least at which a call that changes something needs no person, see
	// llm.ToolCall; 0 asks for none. Where a model gives no confidence, it asks.
	Confidence float64 `yaml:"confidence"`

	// Adapter is the one of the model's adapters that runs have; "" is none.
	Adapter string `yaml:"adapter"`

	// Dialect is how the model writes calls, one of chat.Dialects; "" is what its file says.
	Dialect string `yaml:"dialect"`

	Patience time.Duration `yaml:"patience"` // with a model that does not answer, before the run is suspended; 0 is a minute, negative none
	Triggers []Trigger     `yaml:"triggers"`
	Keep     time.Duration `yaml:"keep"` // how long chaski serve keeps runs that have ended; 0 is for ever

	Data string `yaml:"data"` // folder of runs, audit and bus; "" is .chaski
	Runs string `yaml:"runs"` // folder of the journals; "" is runs within Data, "nats" keeps them in JetStream on the bus
	// Replicas is how many copies a cluster keeps of each stream and bucket that is made
	// there; 0 is 3 on a cluster and 1 on a single server.
	Replicas int `yaml:"replicas"`

	Cache string `yaml:"cache"` // folder of the model's cache pages; "" is cache within Data, none keeps no pages

	file string // what was read; "" for an example
	dir  string // what relative paths are relative to
	fsys fs.FS  // holds the policies of an example
}

// BudgetConfig bounds a run, see planner.Budget.
type BudgetConfig struct {
	Steps   int           `yaml:"steps"`
	Tokens  int           `yaml:"tokens"`
	Calls   int           `yaml:"calls"`
	Wall    time.Duration `yaml:"wall"`
	Repairs int           `yaml:"repairs"`
}

// SamplingConfig says how tokens are chosen, see llm.Sampling; nothing is greedy.
type SamplingConfig struct {
	Temperature float32 `yaml:"temperature"`
	TopK        int     `yaml:"top_k"`
	TopP        float32 `yaml:"top_p"`
	MinP        float32 `yaml:"min_p"`
	Seed        uint64  `yaml:"seed"`
	Beams       int     `yaml:"beams"`
	MaxString   int     `yaml:"max_string"` // bytes of a string argument whose schema bounds none; 0 is 16 KiB, −1 no bound
}

// Trigger starts runs: by messages on a subject, or on a schedule.
type Trigger struct {
	Subject  string `yaml:"subject"`  // a message's text is the prompt
	Schedule string `yaml:"schedule"` // "@every 1h", "@at 2026-12-24T18:00:00Z", or "30 6 * * *", with seconds before it if there are six fields
	Zone     string `yaml:"zone"`     // of a schedule by local time, such as Europe/Lisbon; "" is UTC
	Prompt   string `yaml:"prompt"`   // of a schedule
}

// Load reads an agent.yaml. An unknown key is an error that names its line.
func Load(file string) (*Config, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(string(text)) == "" { // what a full disk leaves of a file with tools and policies
		return nil, fmt.Errorf("%s: it is empty, want at least a name", file)
	}
	c, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if c.file, err = filepath.Abs(file); err != nil {
		return nil, err
	}
	c.dir = filepath.Dir(c.file)
	if c.Name == "" {
		c.Name = slug(filepath.Base(c.dir))
	}
	return c, nil
}

// Declares says whether the configuration was read from a file or is an example's.
func (c *Config) Declares() bool { return c.file != "" || c.fsys != nil }

// Parse reads the text of an agent.yaml; its relative paths are relative to the
// process's folder.
func Parse(text []byte) (*Config, error) {
	if len(text) > maxConfig {
		return nil, fmt.Errorf("more than %d bytes", maxConfig)
	}
	var c Config
	if err := strictyaml.Decode(text, &c, configKinds); err != nil {
		return nil, err
	}
	return &c, c.check()
}

// configKinds are the parts of an agent.yaml.
var configKinds = strictyaml.Kinds{"host.Config": "an agent", "host.ModelConfig": "model", "host.OpenAIConfig": "openai", "host.BudgetConfig": "budget", "host.GuardConfig": "guard",
	"host.SamplingConfig": "sampling", "host.Trigger": "a trigger", "host.DocumentsConfig": "documents", "host.EmbeddingsConfig": "embeddings", "host.RerankConfig": "rerank", "host.FolderConfig": "a folder",
	"host.MCPConfig": "mcp", "external.Declaration": "a tool"}

var (
	strategies  = map[string]planner.Strategy{"": planner.React, "react": planner.React, "plan": planner.Plan}
	compactions = map[string]planner.Compaction{"": planner.DropResults, "drop": planner.DropResults, "summarise": planner.SummariseResults}
)

func (c *Config) check() error {
	if c.Name != "" && slug(c.Name) != c.Name {
		return fmt.Errorf("name %q: want letters, digits, '-' and '_', at most 64", c.Name)
	}
	for i, d := range c.Tools {
		if _, err := d.Tool("."); err != nil {
			return fmt.Errorf("tool %d (%q): %w", i+1, d.Name, err)
		}
	}
	for _, p := range c.Discover {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("discover: %q is no pattern of names", p)
		}
	}
	if b := c.Budget; b.Steps < 0 || b.Tokens < 0 || b.Calls < 0 || b.Wall < 0 || b.Repairs < 0 || c.Approval < 0 || c.Keep < 0 {
		return errors.New("a budget or time is negative")
	}
	if c.Shown < -1 {
		return fmt.Errorf("shown %d: want −1 (all tools), 0 (the model's default) or more", c.Shown)
	}
	if !(c.Confidence >= 0 && c.Confidence <= 1) {
		return fmt.Errorf("confidence %g: want 0 to 1", c.Confidence)
	}
	if _, err := sample.New(c.Sampling.sampling()); err != nil {
		return fmt.Errorf("sampling: %s", strings.TrimPrefix(err.Error(), "sample: "))
	}
	if _, ok := strategies[c.Strategy]; !ok {
		return fmt.Errorf("strategy %q: want react or plan", c.Strategy)
	}
	if _, ok := compactions[c.Compact]; !ok {
		return fmt.Errorf("compact %q: want drop or summarise", c.Compact)
	}
	for i, t := range c.Triggers {
		if err := t.check(); err != nil {
			return fmt.Errorf("trigger %d: %w", i+1, err)
		}
	}
	if err := c.Guard.check(); err != nil {
		return err
	}
	c.Model.dialect = c.Dialect
	if _, ok := c.Model.Adapters[c.Adapter]; c.Adapter != "" && !ok {
		return fmt.Errorf("adapter %q is none of the model's: name it in model: {adapters: {%s: FILE}}", c.Adapter, c.Adapter)
	}
	if err := c.Documents.check(); err != nil {
		return err
	}
	return c.Model.check()
}

func (t *Trigger) check() error {
	switch {
	case (t.Subject == "") == (t.Schedule == ""):
		return errors.New("it needs a subject or a schedule, not both")
	case t.Schedule != "" && strings.TrimSpace(t.Prompt) == "":
		return errors.New("a schedule needs a prompt")
	case t.Subject != "" && (t.Prompt != "" || t.Zone != ""):
		return errors.New("a subject has no prompt and no zone: the message is the prompt")
	case t.Schedule != "":
		sc := t.schedule()
		return sc.Check()
	case strings.ContainsAny(t.Subject, " \t\r\n*>") || strings.Contains("."+t.Subject+".", "..") || strings.HasPrefix(t.Subject, "$"):
		return fmt.Errorf("subject %q: want names separated by dots, without * and >", t.Subject)
	}
	return nil
}

func (t *Trigger) schedule() bus.Schedule {
	return bus.Schedule{When: t.Schedule, Zone: t.Zone, Prompt: t.Prompt}
}

// Next is the first time after another one that a schedule starts a run, in its zone, by
// the server's clock; the zero time if there is none.
func (t *Trigger) Next(after time.Time) time.Time {
	sc := t.schedule()
	next, _ := sc.Next(after)
	return next
}

// slug is text as a name for folders, subjects and runs.
func slug(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, s)
	if len(s) > 64 {
		s = s[:64]
	}
	if strings.Trim(s, "-_") == "" {
		return "agent"
	}
	return s
}

// Declared returns the tools that the configuration declares. Those that answer from
// documents, and those of MCP servers as they were last accepted, can be called once the
// configuration is opened.
func (c *Config) Declared() ([]*tools.Tool, error) {
	list, err := c.external()
	if err != nil {
		return list, err
	}
	if c.Documents != nil {
		list = append(list, documents.Declared(c.documents())...)
	}
	o, err := c.MCP("")
	if err != nil || len(o.Servers) == 0 {
		return list, err
	}
	pinned, err := mcp.Pinned(o)
	return append(list, pinned...), err
}

// external returns the commands and endpoints that are declared as tools.
func (c *Config) external() ([]*tools.Tool, error) {
	var list []*tools.Tool
	for i, d := range c.Tools {
		t, err := d.Tool(cmp.Or(c.dir, "."))
		if err != nil {
			return nil, fmt.Errorf("tool %d (%q): %w", i+1, d.Name, err)
		}
		list = append(list, t)
	}
	return list, nil
}

// Ready says whether what the configuration names is there, as Open would find it: the
// programs, shell and environment variables of its tools, those of its MCP servers, its folders
// of documents, and a cluster for journals that are to be kept there.
func (c *Config) Ready(with Options) error {
	if runs := cmp.Or(with.Runs, c.Runs); (bus.IsURL(runs) || runs == inJetStream) && !with.cluster() {
		return errors.New("runs: nats: the journals need a cluster that outlives this process: name it with --nats")
	}
	for i, d := range c.Tools {
		if err := d.Ready(cmp.Or(c.dir, ".")); err != nil {
			return fmt.Errorf("tool %d (%q): %w", i+1, d.Name, err)
		}
	}
	o, err := c.MCP("")
	if err == nil {
		err = o.Servers.Ready()
	}
	if err != nil {
		return err
	}
	if c.Documents == nil || c.fsys != nil {
		return nil
	}
	return documents.Found(c.documents().Folders)
}

func (c *Config) path(p string) string {
	if p == "" || filepath.IsAbs(p) || c.dir == "" {
		return p
	}
	return filepath.Join(c.dir, p)
}

func (b BudgetConfig) budget() planner.Budget {
	return planner.Budget{Steps: b.Steps, Tokens: b.Tokens, Calls: b.Calls, Wall: b.Wall, Repairs: b.Repairs}
}

func (s SamplingConfig) sampling() llm.Sampling {
	return llm.Sampling{Temperature: s.Temperature, TopK: s.TopK, TopP: s.TopP, MinP: s.MinP, Seed: s.Seed, Beams: s.Beams, MaxString: s.MaxString}
}

// miniShown is how many tools the shipped model can hold apart.
const miniShown = 6

// shown is how many tools are declared to the model in a turn; 0 is all.
func (c *Config) shown(m llm.Model) int {
	if c.Shown == 0 && m.Info().Name == mini.Name {
		return miniShown
	}
	return max(c.Shown, 0)
}
