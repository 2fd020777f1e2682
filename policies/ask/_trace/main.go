// Command trace plays suites with a copy of the clause reader that prints what decides: each clause of what the user said
// and, for each call, the conditions that hold in the functions that read orders and bans. From the root of the module:
//
//	go run ./policies/ask/_trace -bundle strict FOLDER... 2>&1 | less
//
// FOLDER is a suite as `chaski policy bench` takes it; best one of a single task. -in names other functions to look into.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// functions are those whose conditions are printed unless -in says otherwise.
const functions = "asks,fits,Asked,overridden,pointed,without,insteadOf,object,countermanded,unsettled,unclear,Forbidden,bans,spokenOfAside,lacks,tellsMore,leadsDeed,calledOff,besides"

// player is the program that plays the suites with the copy.
const player = `package main

import (
	"context"
	"log"
	"os"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/bench"
)

func main() {
	sources, err := policies.Load(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	r, err := bench.Run(context.Background(), sources, os.Args[2:], bench.Options{})
	if r == nil {
		log.Fatal(err)
	}
	if err := r.Table(os.Stdout, true); err != nil {
		log.Fatal(err)
	}
}
`

// printing is added to the package.
const printing = `package ask

import (
	"fmt"
	"os"
)

func holds(label string, v bool) bool {
	if v {
		fmt.Fprintln(os.Stderr, "      +", label)
	}
	return v
}

func (s *Said) show(call *Call) bool {
	fmt.Fprintf(os.Stderr, "call of %v\n", call.Acts.named)
	for i := range s.clauses {
		c := &s.clauses[i]
		var verbs []string
		for _, v := range c.verbs(&call.Acts) {
			verbs = append(verbs, fmt.Sprintf("%s (order %v, negated %v)", v.base, c.orders(v), c.negated(v)))
		}
		fmt.Fprintf(os.Stderr, "   [%d] message %d sentence %d kind %d verb of %d: %s %q apart %q\n", i, c.message, c.sentence, c.kind, c.verbOf, c.text, verbs, c.apart)
	}
	return false
}
`

func main() {
	log.SetFlags(0)
	bundle := flag.String("bundle", "strict", "bundle: a file or a built-in name")
	in := flag.String("in", functions, "functions whose conditions are printed")
	flag.Parse()
	if flag.NArg() == 0 {
		log.Fatal("want folders of suites")
	}
	dir, err := os.MkdirTemp("", "trace")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := run(dir, *bundle, strings.Split(*in, ","), flag.Args()); err != nil {
		log.Print(err)
	}
}

// run copies the module's files that the player needs to dir, rewrites the reader and plays the suites.
func run(dir, bundle string, in, suites []string) error {
	for _, name := range []string{"go.mod", "go.sum", "policies", "tools", "llm"} {
		if err := copyTo(dir, name); err != nil {
			return err
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "policies/ask/*.go"))
	for _, file := range files {
		if err := rewrite(file, in); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "policies/ask/trace_print.go"), []byte(printing), 0o600); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "play"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "play/main.go"), []byte(player), 0o600); err != nil {
		return err
	}
	args := []string{"run", "./play", bundle}
	for _, s := range suites {
		abs, err := filepath.Abs(s)
		if err != nil {
			return err
		}
		args = append(args, abs)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stdout, os.Stderr
	return cmd.Run()
}

// copyTo copies a file or a folder of sources, without tests and their data.
func copyTo(dir, name string) error {
	return filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "testdata" || strings.HasPrefix(d.Name(), "_") {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(dir, path), 0o700)
		}
		if strings.HasSuffix(path, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, path), data, 0o600)
	})
}

// rewrite puts each condition of the named functions of a file into a call that prints it where it holds.
func rewrite(file string, in []string) error {
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, file, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	var wrap func(e ast.Expr, of string) ast.Expr
	wrap = func(e ast.Expr, of string) ast.Expr {
		if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.LOR {
			return &ast.BinaryExpr{X: wrap(b.X, of), Op: token.LOR, Y: wrap(b.Y, of)}
		}
		var text bytes.Buffer
		_ = printer.Fprint(&text, files, e)
		label := fmt.Sprintf("%s:%d %s: %s", filepath.Base(file), files.Position(e.Pos()).Line, of, strings.Join(strings.Fields(text.String()), " "))
		return &ast.CallExpr{Fun: ast.NewIdent("holds"), Args: []ast.Expr{&ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(label)}, e}}
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil || !slices.Contains(in, fn.Name.Name) {
			continue
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.IfStmt:
				n.Cond = wrap(n.Cond, fn.Name.Name)
			case *ast.SwitchStmt:
				for _, c := range n.Body.List {
					for i, e := range c.(*ast.CaseClause).List {
						if n.Tag == nil {
							c.(*ast.CaseClause).List[i] = wrap(e, fn.Name.Name)
						}
					}
				}
			}
			return true
		})
		if fn.Name.Name == "Asked" {
			show := &ast.CallExpr{Fun: &ast.SelectorExpr{X: ast.NewIdent("s"), Sel: ast.NewIdent("show")}, Args: []ast.Expr{ast.NewIdent("call")}}
			fn.Body.List = append([]ast.Stmt{&ast.ExprStmt{X: show}}, fn.Body.List...)
		}
	}
	var out bytes.Buffer
	if err := printer.Fprint(&out, files, f); err != nil {
		return err
	}
	return os.WriteFile(file, out.Bytes(), 0o600)
}
