package main

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// links finds the targets of Markdown's links and pictures, without a part after #.
var links = regexp.MustCompile(`\]\(([^()\s#]+)(?:#[^()\s]*)?\)`)

// linkedFrom lists the files of this tree that a Markdown page links to, so that the page
// reads on from an archive: other pages with what they link to in turn, and pictures.
// Folders and sources are for who has the tree.
func linkedFrom(page string) ([]entry, error) {
	var out []entry
	seen := []string{page}
	for todo := []string{page}; len(todo) > 0; todo = todo[1:] {
		text, err := os.ReadFile(filepath.FromSlash(todo[0]))
		if err != nil {
			return nil, err
		}
		for _, m := range links.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], ":") {
				continue // an address
			}
			name := path.Join(path.Dir(todo[0]), m[1])
			ext := path.Ext(name)
			if slices.Contains(seen, name) || !slices.Contains([]string{".md", ".jpg", ".png", ".svg"}, ext) {
				continue
			}
			seen = append(seen, name)
			out = append(out, entry{name, filepath.FromSlash(name), 0o644})
			if ext == ".md" {
				todo = append(todo, name)
			}
		}
	}
	return out, nil
}
