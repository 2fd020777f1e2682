package chaski

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/chaski-dev/chaski/"

// order lists the top folders: a package imports only from its own and earlier ones.
var order = []string{"llm", "tools", "policies", "planner", "runtime", "agent", "examples", "cmd"}

// llmOrder does the same within llm; the contract itself imports none of them.
var llmOrder = []string{"tensor", "gguf", "tokenizer", "jinja", "chat", "grammar", "sample", "kv", "llama", "expert", "engine", "openai", "mini", "hub"}

// only names, for an import path's beginning, the folders that may import it.
var only = map[string][]string{
	"github.com/expr-lang/expr":       {"policies"},
	"github.com/gofrs/flock":          {"llm/hub", "tools/documents/index", "agent/api"},
	"github.com/blevesearch/":         {"tools/documents/index", "examples/rag"},
	"github.com/yuin/goldmark":        {"tools/documents/read"},
	"github.com/ledongthuc/pdf":       {"tools/documents/read"},
	"github.com/fsnotify/":            {"tools/documents"},
	"go.opentelemetry.io/":            {"runtime/trace"},
	"github.com/nats-io/":             {"runtime/bus", "runtime/journal", "runtime/objects"},
	"github.com/synadia-io/":          {"runtime/bus"},
	"github.com/modelcontextprotocol": {"tools/mcp", "agent/mcp"},
	"github.com/netresearch/":         {"runtime/bus"},
}

// servers may listen for HTTP requests; others, such as the clients of endpoints, only ask.
// tools/mcp listens for the browser that comes back from a login.
var servers = []string{"agent/api", "agent/console", "tools/mcp"}

// TestLayout keeps the order of packages and what each may import.
func TestLayout(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata") {
				return filepath.SkipDir
			}
			if slices.Contains([]string{"util", "utils", "common", "helpers", "types"}, name) {
				t.Errorf("%s: a package is named for what it holds", path)
			}
			return nil
		}
		if strings.HasSuffix(name, ".s") && filepath.ToSlash(filepath.Dir(path)) != "llm/tensor" {
			t.Errorf("%s: only llm/tensor holds assembly", path)
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		files++
		checkFile(t, filepath.ToSlash(path))
		return nil
	})
	if err != nil || files < 20 {
		t.Fatalf("%d files, %v", files, err)
	}
}

func checkFile(t *testing.T, path string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	dir := filepath.ToSlash(filepath.Dir(path))
	top, _, _ := strings.Cut(dir, "/")
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Error(err)
			continue
		}
		if imported == "C" {
			t.Errorf("%s imports C: there is no cgo here", path)
		}
		for prefix, folders := range only {
			if strings.HasPrefix(imported, prefix) && !slices.ContainsFunc(folders, func(f string) bool { return dir == f || strings.HasPrefix(dir, f+"/") }) {
				t.Errorf("%s imports %s, which only %v may", path, imported, folders)
			}
		}
		if imported == "net/http" && !strings.HasSuffix(path, "_test.go") && !slices.Contains(servers, dir) && servesHTTP(t, path) {
			t.Errorf("%s serves HTTP, which only %v may", path, servers)
		}
		inner, ok := strings.CutPrefix(imported, module)
		if !ok {
			continue
		}
		to, _, _ := strings.Cut(inner, "/")
		if at := slices.Index(order, top); at >= 0 && slices.Index(order, to) > at {
			t.Errorf("%s imports %s: %s comes before %s", path, imported, top, to)
		}
		if sub, ok := strings.CutPrefix(inner, "llm/"); ok && top == "llm" {
			folder, _, _ := strings.Cut(strings.TrimPrefix(dir, "llm/"), "/") // a folder's own folders count as it
			sub, _, _ = strings.Cut(sub, "/")
			own := slices.Index(llmOrder, folder)
			if target := slices.Index(llmOrder, sub); dir == "llm" || target < 0 || target > own {
				t.Errorf("%s imports %s: the order within llm is %v", path, imported, llmOrder)
			}
		}
	}
}

// servesHTTP says whether a file makes a server or routes requests.
func servesHTTP(t *testing.T, path string) (found bool) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Error(err)
		return false
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if of, ok := s.X.(*ast.Ident); ok && of.Name == "http" && slices.Contains([]string{"Server", "NewServeMux", "Serve", "ServeTLS", "ListenAndServe", "ListenAndServeTLS"}, s.Sel.Name) {
				found = true
			}
		}
		return true
	})
	return found
}
