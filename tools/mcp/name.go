package mcp

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// between stands between the server's part of a tool's name and the tool's. No server's
// part holds it or ends as it begins, so two servers never have one name.
const between = "__"

const (
	maxName   = 64 // of a tool, see tools.Spec
	maxServer = 24
	digest    = 8 // hexadecimal digits that tell names apart
)

// serverNames gives each server the part that the names of its tools begin with.
func serverNames(servers []string) map[string]string {
	return legalNames(servers, func(name string) string {
		name = strings.Trim(legal(name), "_")
		for strings.Contains(name, between) {
			name = strings.ReplaceAll(name, between, "_")
		}
		if name == "" {
			name = "server"
		}
		return name
	}, maxServer, "-")
}

// toolNames maps the names that a server gives its tools to names of ours. A name that is
// legal keeps its letters; of others the characters that are not become '_', with some
// digits of a hash where that could mean another tool or says too little.
func toolNames(prefix string, names []string) map[string]string {
	return legalNames(names, func(name string) string {
		if name == "" {
			name = "tool"
		}
		return prefix + between + legal(name)
	}, maxName, "_")
}

// legalNames maps names one to one, whatever others there are of the same kind, but for
// hashes that are alike: those names are left out.
func legalNames(names []string, plain func(string) string, most int, glue string) map[string]string {
	count := map[string]int{}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	for _, name := range names {
		count[plain(name)]++
	}
	out, used := map[string]string{}, map[string]bool{}
	for _, whole := range []bool{true, false} { // names that stay as they are come first
		for _, name := range names {
			short := plain(name)
			kept := strings.HasSuffix(short, name)
			if kept != whole {
				continue
			}
			if len(short) > most || !kept && count[short] > 1 || !tellable(name) {
				sum := sha256.Sum256([]byte(name))
				tail := glue + hex.EncodeToString(sum[:])[:digest]
				short = short[:min(len(short), most-len(tail))] + tail
			}
			if !used[short] {
				out[name], used[short] = short, true
			}
		}
	}
	return out
}

// legal replaces what a tool's name cannot hold.
func legal(name string) string {
	return strings.Map(func(r rune) rune {
		if isLegal(r) {
			return r
		}
		return '_'
	}, name)
}

func isLegal(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-'
}

// tellable says whether a name is still told by its legal characters.
func tellable(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !isLegal(r) && !strings.ContainsRune("./: ", r) })
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
