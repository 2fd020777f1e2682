package external

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/strictyaml"
)

// file is a YAML document of tools.
type file struct {
	Tools []Declaration `yaml:"tools"`
}

// Declaration is one tool: a spec, and exactly one of command, shell and http.
type Declaration struct {
	Name        string            `yaml:"name"`
	Description string            `yaml:"description"`
	Version     string            `yaml:"version"`
	Effect      string            `yaml:"effect"`
	Timeout     time.Duration     `yaml:"timeout"`
	Retries     *int              `yaml:"retries"` // nil is the default
	Concurrency int               `yaml:"concurrency"`
	Labels      map[string]string `yaml:"labels"`
	Data        []string          `yaml:"data"` // arguments that only hold data, see policies/label
	Parameters  any               `yaml:"parameters"`
	Output      any               `yaml:"output"`

	Command []string          `yaml:"command"`
	Shell   string            `yaml:"shell"`
	Dir     string            `yaml:"dir"`
	Env     map[string]string `yaml:"env"`

	HTTP    string            `yaml:"http"`
	Headers map[string]string `yaml:"headers"` // values may name environment variables as ${NAME}
}

// kinds are the parts of such a file.
var kinds = strictyaml.Kinds{"external.file": "a file of tools", "external.Declaration": "a tool"}

// maxFile bounds a declaration file in bytes.
const maxFile = 4 << 20

// Load reads a file of tools. Relative folders are relative to the file's own.
func Load(path string) ([]*tools.Tool, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	all, err := Parse(text, filepath.Dir(path))
	if err == nil {
		err = ready(text, filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

// Parse reads the text of such a file; commands run in dir unless they name another.
func Parse(text []byte, dir string) ([]*tools.Tool, error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("more than %d bytes", maxFile)
	}
	var f file
	if err := strictyaml.Decode(text, &f, kinds); err != nil {
		return nil, err
	}
	if len(f.Tools) == 0 {
		return nil, errors.New("it declares no tools")
	}
	var out []*tools.Tool
	for i, d := range f.Tools {
		t, err := d.Tool(dir)
		if err != nil {
			return nil, fmt.Errorf("tool %d (%q): %w", i+1, d.Name, err)
		}
		out = append(out, t)
	}
	return out, nil
}

// Tool makes the tool; its commands run in dir unless it names another folder.
func (d Declaration) Tool(dir string) (*tools.Tool, error) {
	spec := tools.Spec{Name: d.Name, Description: d.Description, Version: d.Version, Effect: tools.Effect(d.Effect), Timeout: d.Timeout,
		Concurrency: d.Concurrency, Labels: d.Labels, Parameters: json.RawMessage(`{"type":"object","properties":{},"additionalProperties":false}`)}
	if d.Retries != nil {
		if spec.Retries = *d.Retries; spec.Retries == 0 {
			spec.Retries = tools.NoRetries
		}
		if *d.Retries < 0 {
			return nil, errors.New("retries cannot be negative")
		}
	}
	if len(d.Data) > 0 {
		spec.Labels = maps.Clone(d.Labels)
		if spec.Labels == nil {
			spec.Labels = map[string]string{}
		}
		spec.Labels["data"] = tools.WithArguments(spec.Labels["data"], d.Data...)
	}
	var err error
	if d.Parameters != nil {
		if spec.Parameters, err = json.Marshal(d.Parameters); err != nil {
			return nil, fmt.Errorf("parameters: %w", err)
		}
	}
	if d.Output != nil {
		if spec.Output, err = json.Marshal(d.Output); err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
	}
	ways := 0
	var handle tools.Handler
	if !filepath.IsAbs(d.Dir) {
		d.Dir = filepath.Join(dir, d.Dir)
	}
	if len(d.Command) > 0 {
		ways++
		handle = command{d.Command, d.Dir, d.Env, spec.EffectOrOnce(), false}.call
	}
	if d.Shell != "" {
		ways++
		handle = command{[]string{"sh", "-c", d.Shell}, d.Dir, d.Env, spec.EffectOrOnce(), true}.call
	}
	if d.HTTP != "" {
		ways++
		u, err := url.Parse(d.HTTP)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("http: %q is no http or https URL", d.HTTP)
		}
		handle = endpoint{d.HTTP, d.Headers, spec.EffectOrOnce()}.call
	}
	if ways != 1 {
		return nil, errors.New("it needs exactly one of command, shell and http")
	}
	t := tools.Raw(spec, handle)
	_, err = tools.NewRegistry(t)
	return t, err
}
