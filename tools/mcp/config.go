package mcp

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/strictyaml"
)

// Servers are MCP servers by name: the mcpServers object that other programs read from
// JSON, in JSON or YAML.
type Servers map[string]Server

// Server says how to reach a server and how far it is trusted. The upper fields are those
// of an mcpServers object; values may name environment variables as ${NAME} or
// ${NAME:-default}.
type Server struct {
	Type    string            // stdio, http, or sse; "" is stdio for a command and http for a URL
	Command string            // run directly, without a shell
	Args    []string          //
	Env     map[string]string // added to the few variables that a command inherits
	Cwd     string            // relative to Options.Dir, which is the default
	URL     string            // of a server that runs elsewhere
	Headers map[string]string // sent to that host only

	Disabled bool          // it is not started
	Optional bool          // the agent goes without it if it cannot be started
	Trust    bool          // its annotations are believed: which tools only read, which may be repeated
	Timeout  time.Duration // of a call; 0 is a minute, or ten where a person can be asked
	Protocol string        // the version to begin with, such as 2025-11-25; "" is the newest
	Labels   map[string]string
	Only     []string        // the tools to use, by the server's names; nil is all
	Tools    map[string]Tool // what is declared of single tools, by the server's names
	OAuth    OAuth

	Ignored []string // keys of other programs that say nothing here
}

// Tool is what the user declares of one tool, in place of what the server says.
type Tool struct {
	Effect   string            `yaml:"effect"`
	Labels   map[string]string `yaml:"labels"`
	Data     []string          `yaml:"data"` // arguments that only hold data, see policies/label
	Timeout  time.Duration     `yaml:"timeout"`
	Retries  *int              `yaml:"retries"` // nil is the default
	Disabled bool              `yaml:"disabled"`
}

// OAuth says how this program is known to the server's authorization server. The zero
// value registers itself where that is possible.
type OAuth struct {
	ClientID          string   `yaml:"clientId"`
	ClientSecret      string   `yaml:"clientSecret"`
	ClientMetadataURL string   `yaml:"clientMetadataUrl"` // an address that is the client's id
	Issuer            string   `yaml:"issuer"`            // of the id and secret; "" is any
	Scopes            []string `yaml:"scopes"`            // in place of those that the server names
	CallbackPort      int      `yaml:"callbackPort"`      // of the browser's way back; 0 is any
	Grant             string   `yaml:"grant"`             // authorization_code, also "", or client_credentials
}

// Transports, as Type names them.
const (
	Stdio = "stdio"
	HTTP  = "http"
	SSE   = "sse"
)

// Parse reads an mcpServers object, or a document that has one as a member.
func Parse(text []byte) (Servers, error) {
	if len(text) > maxConfig {
		return nil, fmt.Errorf("more than %d bytes", maxConfig)
	}
	var s Servers
	if err := yaml.Unmarshal(text, &s); err != nil {
		return nil, strictyaml.Kinds{"mcp.Server": "a server", "mcp.Tool": "a tool", "mcp.OAuth": "oauth"}.Plain(err)
	}
	return s, nil
}

// maxConfig bounds an mcpServers object in bytes.
const maxConfig = 1 << 20

// UnmarshalYAML takes the object itself, or a mapping with it as mcpServers.
func (s *Servers) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: want a mapping of servers by name", n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "mcpServers" && n.Content[i+1].Kind == yaml.MappingNode && !isServer(n.Content[i+1]) {
			return s.UnmarshalYAML(n.Content[i+1])
		}
	}
	*s = Servers{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		var one Server
		if err := n.Content[i+1].Decode(&one); err != nil {
			return fmt.Errorf("mcp server %q: %w", name, err)
		}
		if _, twice := (*s)[name]; twice {
			return fmt.Errorf("line %d: mcp server %q is declared twice", n.Content[i].Line, name)
		}
		(*s)[name] = one
	}
	return s.Check()
}

// isServer says whether a mapping is one server that happens to be called mcpServers.
func isServer(n *yaml.Node) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k := n.Content[i].Value; (k == "command" || k == "url") && n.Content[i+1].Kind == yaml.ScalarNode {
			return true
		}
	}
	return false
}

// UnmarshalYAML reads one server. Keys that other programs have are no error, since the
// object is theirs too; they are listed in Ignored.
func (s *Server) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: want a mapping", n.Line)
	}
	*s = Server{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		var into any
		switch key.Value {
		case "type", "transport":
			into = &s.Type
		case "command":
			into = &s.Command
		case "args":
			into = &s.Args
		case "env":
			into = &s.Env
		case "cwd":
			into = &s.Cwd
		case "url", "serverUrl", "httpUrl":
			into = &s.URL
		case "headers":
			into = &s.Headers
		case "disabled":
			into = &s.Disabled
		case "optional":
			into = &s.Optional
		case "trust":
			into = &s.Trust
		case "timeout":
			if value.Tag == "!!int" || value.Tag == "!!float" { // milliseconds to some programs, seconds to others
				s.Ignored = append(s.Ignored, "timeout: "+value.Value+`, which has no unit: write "30s"`)
				continue
			}
			into = &s.Timeout
		case "protocol":
			into = &s.Protocol
		case "labels":
			into = &s.Labels
		case "oauth":
			if err := known(value, "oauth", "clientId", "clientSecret", "clientMetadataUrl", "issuer", "scopes", "callbackPort", "grant"); err != nil {
				return err
			}
			into = &s.OAuth
		case "tools":
			if value.Kind == yaml.SequenceNode {
				into = &s.Only
				break
			}
			for j := 1; j < len(value.Content); j += 2 {
				if err := known(value.Content[j], "tool "+value.Content[j-1].Value, "effect", "labels", "data", "timeout", "retries", "disabled"); err != nil {
					return err
				}
			}
			into = &s.Tools
		default:
			s.Ignored = append(s.Ignored, key.Value)
			continue
		}
		if err := value.Decode(into); err != nil {
			return fmt.Errorf("%s: %w", key.Value, err)
		}
	}
	return nil
}

func known(n *yaml.Node, what string, keys ...string) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: %s: want a mapping", n.Line, what)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !slices.Contains(keys, n.Content[i].Value) {
			return fmt.Errorf("line %d: field %s is not known in %s", n.Content[i].Line, n.Content[i].Value, what)
		}
	}
	return nil
}

// Check reports what is wrong with the servers, as far as that is known without reaching them.
func (s Servers) Check() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(s)) {
		one := s[name]
		if err := one.check(); err != nil {
			errs = append(errs, fmt.Errorf("mcp server %q: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

func (s *Server) check() error {
	kind, err := s.transport()
	switch {
	case err != nil:
		return err
	case kind == Stdio && s.Command == "":
		return errors.New("type stdio needs a command")
	case kind != Stdio && s.URL == "":
		return fmt.Errorf("type %s needs a url", kind)
	case kind == Stdio && (len(s.Headers) > 0 || s.OAuth.ClientID != ""):
		return errors.New("headers and oauth are for servers with a url")
	case kind != Stdio && (len(s.Args) > 0 || s.Cwd != ""):
		return errors.New("args and cwd are for servers with a command")
	case s.Timeout < 0:
		return errors.New("timeout cannot be negative")
	case s.Protocol != "" && !versionPattern.MatchString(s.Protocol):
		return fmt.Errorf("protocol %q is no version such as 2025-11-25", s.Protocol)
	case s.OAuth.Grant != "" && s.OAuth.Grant != grantCode && s.OAuth.Grant != grantClient:
		return fmt.Errorf("oauth: grant %q: want %s or %s", s.OAuth.Grant, grantCode, grantClient)
	case s.OAuth.Grant == grantClient && (s.OAuth.ClientID == "" || s.OAuth.ClientSecret == ""):
		return errors.New("oauth: client_credentials needs clientId and clientSecret")
	case s.OAuth.CallbackPort < 0 || s.OAuth.CallbackPort > 65535:
		return fmt.Errorf("oauth: callbackPort %d is no port", s.OAuth.CallbackPort)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Tools)) {
		t := s.Tools[name]
		if t.Effect != "" {
			if _, err := tools.ParseEffect(t.Effect); err != nil {
				return fmt.Errorf("tool %q: %w", name, err)
			}
		}
		if t.Timeout < 0 || t.Retries != nil && *t.Retries < 0 {
			return fmt.Errorf("tool %q: timeout and retries cannot be negative", name)
		}
	}
	return nil
}

var versionPattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// transport names how the server is reached.
func (s *Server) transport() (string, error) {
	switch strings.ToLower(s.Type) {
	case "":
		if s.Command != "" && s.URL != "" {
			return "", errors.New("give a command or a url, not both")
		}
		if s.URL != "" {
			return HTTP, nil
		}
		if s.Command == "" {
			return "", errors.New("it needs a command or a url")
		}
		return Stdio, nil
	case Stdio:
		return Stdio, nil
	case HTTP, "streamable-http", "streamable_http", "streamablehttp":
		return HTTP, nil
	case SSE:
		return SSE, nil
	}
	return "", fmt.Errorf("type %q: want stdio, http or sse", s.Type)
}

// authorized says whether the configuration gives the server's key itself.
func (s *Server) authorized() bool {
	for name := range s.Headers {
		if strings.EqualFold(name, "Authorization") {
			return true
		}
	}
	return false
}

// Ready says whether the environment variables that the servers name hold something, as opening
// them will find.
func (s Servers) Ready() error {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if s[name].Disabled {
			continue
		}
		if _, err := s[name].expanded(os.LookupEnv); err != nil {
			return fmt.Errorf("mcp server %q: %w", name, err)
		}
	}
	return nil
}

// expanded returns the server with the environment's values in place of their names.
func (s Server) expanded(lookup func(string) (string, bool)) (Server, error) {
	var errs []error
	expand := func(what, text string) string {
		out, err := expandEnv(text, lookup)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
		}
		return out
	}
	list := func(what string, from []string) (out []string) {
		for _, text := range from {
			out = append(out, expand(what, text))
		}
		return out
	}
	values := func(what string, from map[string]string) map[string]string {
		out := map[string]string{}
		for _, key := range slices.Sorted(maps.Keys(from)) {
			out[key] = expand(what+" "+key, from[key])
		}
		return out
	}
	s.Command, s.Cwd, s.URL = expand("command", s.Command), expand("cwd", s.Cwd), expand("url", s.URL)
	s.Args, s.Env, s.Headers = list("args", s.Args), values("env", s.Env), values("headers", s.Headers)
	s.OAuth.ClientID, s.OAuth.ClientSecret = expand("oauth clientId", s.OAuth.ClientID), expand("oauth clientSecret", s.OAuth.ClientSecret)
	if s.URL != "" {
		if u, err := url.Parse(s.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			errs = append(errs, fmt.Errorf("url: %q is no http or https URL", s.URL))
		}
	}
	return s, errors.Join(errs...)
}

var envPattern = regexp.MustCompile(`\$\{([^{}]*)\}`)

// expandEnv puts values in for ${NAME}, ${env:NAME} and ${NAME:-default}.
func expandEnv(text string, lookup func(string) (string, bool)) (string, error) {
	var errs []error
	out := envPattern.ReplaceAllStringFunc(text, func(m string) string {
		name, fallback, has := strings.Cut(m[2:len(m)-1], ":-")
		name = strings.TrimPrefix(name, "env:")
		value, ok := lookup(name)
		switch {
		case strings.TrimSpace(value) != "":
			return value
		case has:
			return fallback
		case ok: // an empty token is no token, a blank one neither
			errs = append(errs, fmt.Errorf("%s: the environment variable %s is empty; write ${%s:-} where that is meant", m, name, name))
			return ""
		}
		errs = append(errs, fmt.Errorf("%s: there is no environment variable %q", m, name))
		return ""
	})
	return out, errors.Join(errs...)
}

// inherited are the variables of this process that a command gets: enough to run, and no
// keys. Others are passed on by name: env: {KEY: "${KEY}"}.
var inherited = []string{"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "TZ", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS",
	"SYSTEMROOT", "SYSTEMDRIVE", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "PROGRAMFILES", "PATHEXT", "COMSPEC"}

// environment is that of a command.
func (s *Server) environment() (out []string) {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if slices.Contains(inherited, name) || slices.Contains(inherited, strings.ToUpper(name)) || strings.HasPrefix(name, "LC_") {
			out = append(out, entry)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		out = append(out, name+"="+s.Env[name])
	}
	return out
}
