package hub

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Source is where a model comes from; it is the beginning of its name.
type Source string

// The sources.
const (
	HuggingFace Source = "hf"
	Ollama      Source = "ollama"
)

// Short names models that people ask for most, by where they come from. All of them are
// instruction-tuned and under Llama's community licences.
var Short = map[string]string{
	"llama3.1":     "hf:bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M",
	"llama3.1:8b":  "hf:bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M",
	"llama3.1:70b": "hf:bartowski/Meta-Llama-3.1-70B-Instruct-GGUF:Q4_K_M",
	"llama3.2":     "hf:bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M",
	"llama3.2:3b":  "hf:bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M",
	"llama3.2:1b":  "hf:bartowski/Llama-3.2-1B-Instruct-GGUF:Q8_0",
	"llama3.3":     "hf:bartowski/Llama-3.3-70B-Instruct-GGUF:Q4_K_M",
	"llama3.3:70b": "hf:bartowski/Llama-3.3-70B-Instruct-GGUF:Q4_K_M",
}

// Name is a model's name, taken apart.
type Name struct {
	Source Source
	Repo   string // OWNER/NAME
	Tag    string // what picks among the repository's models; "" is the source's default
	File   string // or one file of it, for HuggingFace
}

// part is a piece of a name: what the sources allow, so that it is also a name of a folder.
var part = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$`)

// IsName reports whether a text that may be a path is a model's name.
func IsName(s string) bool {
	if _, ok := Short[s]; ok {
		return true
	}
	if _, ok := address(s); ok {
		return true
	}
	source, _, ok := strings.Cut(s, ":")
	return ok && (Source(source) == HuggingFace || Source(source) == Ollama)
}

// bare is a repository without its source.
var bare = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*(:[A-Za-z0-9._-]+)?$`)

// Bare reports whether a text looks like the name of a repository without its source. It
// looks like a path, too.
func Bare(s string) bool { return bare.MatchString(s) }

// address reads an address of one of the sources, as people copy it, as a name: "" if it
// is another address, false if it is none.
func address(s string) (name string, ok bool) {
	rest, web := strings.CutPrefix(s, "https://")
	if !web {
		rest, web = strings.CutPrefix(s, "http://")
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, _, _ = strings.Cut(rest, "?")
	host, at, _ := strings.Cut(rest, "/")
	p := strings.Split(strings.Trim(at, "/"), "/")
	switch host = strings.TrimPrefix(host, "www."); {
	case host == "huggingface.co" || host == "hf.co":
		switch {
		case len(p) == 2, len(p) == 4 && p[2] == "tree" && p[3] == "main":
			return "hf:" + p[0] + "/" + p[1], true
		case len(p) > 4 && (p[2] == "blob" || p[2] == "resolve") && p[3] == "main":
			return "hf:" + p[0] + "/" + p[1] + "/" + strings.Join(p[4:], "/"), true
		}
		return "", true
	case host == "ollama.com" || host == "registry.ollama.ai":
		if len(p) == 2 {
			return "ollama:" + p[0] + "/" + p[1], true
		}
		return "", true
	}
	return "", web
}

// Parse reads a name, or the address of what it names.
func Parse(s string) (Name, error) {
	full := s
	if long, ok := Short[s]; ok {
		full = long
	} else if name, ok := address(s); ok {
		if full = name; full == "" {
			return Name{}, fmt.Errorf("model %q: addresses of repositories and files on huggingface.co and ollama.com are read, in their main branch; of another file give its path, once it is on this disk", s)
		}
	}
	source, rest, ok := strings.Cut(full, ":")
	n := Name{Source: Source(source)}
	if !ok || n.Source != HuggingFace && n.Source != Ollama {
		err := fmt.Errorf("model name %q: want hf:OWNER/REPO[:TAG], ollama:NAME[:TAG] or one of %s", s, strings.Join(slices.Sorted(maps.Keys(Short)), ", "))
		if Bare(s) {
			err = fmt.Errorf("%w; did you mean hf:%s?", err, s)
		}
		return n, err
	}
	rest, n.Tag, ok = strings.Cut(rest, ":")
	if ok && !part.MatchString(n.Tag) {
		return n, fmt.Errorf("model name %q: the tag %q has other characters than letters, digits, '.', '_' and '-'", s, n.Tag)
	}
	pieces := strings.Split(rest, "/")
	switch {
	case n.Source == Ollama && len(pieces) == 1:
		pieces = []string{"library", pieces[0]}
	case n.Source == HuggingFace && len(pieces) > 2:
		n.File = path.Join(pieces[2:]...)
		if n.Tag != "" {
			return n, fmt.Errorf("model name %q: give a file or a tag, not both", s)
		}
	case len(pieces) != 2:
		return n, fmt.Errorf("model name %q: want %s:OWNER/NAME", s, n.Source)
	}
	for _, p := range pieces {
		if !part.MatchString(p) {
			return n, fmt.Errorf("model name %q: %q has other characters than letters, digits, '.', '_' and '-'", s, p)
		}
	}
	n.Repo = pieces[0] + "/" + pieces[1]
	if n.Source == Ollama && n.Tag == "" {
		n.Tag = "latest"
	}
	return n, nil
}

// String is the name as [Parse] reads it.
func (n Name) String() string {
	repo := n.Repo
	if n.Source == Ollama {
		repo = strings.TrimPrefix(repo, "library/")
	}
	switch {
	case n.File != "":
		return string(n.Source) + ":" + repo + "/" + n.File
	case n.Tag != "":
		return string(n.Source) + ":" + repo + ":" + n.Tag
	}
	return string(n.Source) + ":" + repo
}

// split matches the files of a model that is cut into several.
var split = regexp.MustCompile(`^(.*)-(\d{5})-of-(\d{5})\.gguf$`)

// choose picks a repository's files for a tag: one GGUF file, all parts of one, or, where
// there is no GGUF file, the files of a directory of safetensors. The rule is the hub's:
// a tag is a piece of the file's name before '.' or '-', in either case; without one it is
// Q4_K_M, else Q8_0, else the first.
func choose(n Name, files []string) ([]string, error) {
	files = slices.Sorted(slices.Values(files))
	if n.File != "" {
		if !slices.Contains(files, n.File) {
			return nil, fmt.Errorf("%w: there is no file %s; there are %s", ErrNotFound, n.File, list(ggufs(files)))
		}
		return parts(n.File, files)
	}
	models := ggufs(files)
	if len(models) == 0 {
		return directory(n, files)
	}
	if n.Tag != "" {
		if f := tagged(n.Tag, models); f != "" {
			return parts(f, files)
		}
		return nil, fmt.Errorf("%w: no file for the tag %s; there are %s", ErrNotFound, n.Tag, list(models))
	}
	for _, tag := range []string{"Q4_K_M", "Q8_0"} {
		if f := tagged(tag, models); f != "" {
			return parts(f, files)
		}
	}
	return parts(models[0], files)
}

// ggufs are the files that hold models: not projectors for images, not importance matrices.
func ggufs(files []string) []string {
	var out []string
	for _, f := range files {
		base := strings.ToLower(path.Base(f))
		if strings.HasSuffix(base, ".gguf") && !strings.Contains(base, "mmproj") && !strings.Contains(base, "imatrix") {
			out = append(out, f)
		}
	}
	return out
}

func tagged(tag string, files []string) string {
	form := regexp.MustCompile(`(?i)(^|[^A-Za-z0-9])` + regexp.QuoteMeta(tag) + `[.-]`)
	for _, f := range files {
		if form.MatchString(path.Base(f)) {
			return f
		}
	}
	return ""
}

// parts are all files of the model that f is, or is a part of, in order.
func parts(f string, files []string) ([]string, error) {
	m := split.FindStringSubmatch(f)
	if m == nil {
		return []string{f}, nil
	}
	var count int
	if _, err := fmt.Sscanf(m[3], "%d", &count); err != nil || count < 1 || count > 1000 {
		return nil, fmt.Errorf("%s: a model in %s parts", f, m[3])
	}
	out := make([]string, count)
	for i := range out {
		out[i] = fmt.Sprintf("%s-%05d-of-%s.gguf", m[1], i+1, m[3])
		if !slices.Contains(files, out[i]) {
			return nil, fmt.Errorf("%w: %s is missing, part %d of %d", ErrNotFound, out[i], i+1, count)
		}
	}
	return out, nil
}

// shard matches a part of the weights that model.safetensors.index.json lists.
var shard = regexp.MustCompile(`^model-\d{5}-of-(\d{5})\.safetensors$`)

// allShards says whether all files are there that f is one of.
func allShards(f string, files []string) error {
	of := shard.FindStringSubmatch(f)[1]
	count, _ := strconv.Atoi(of)
	for i := range count {
		if name := fmt.Sprintf("model-%05d-of-%s.safetensors", i+1, of); !slices.Contains(files, name) {
			return fmt.Errorf("%w: %s is missing, part %d of %d", ErrNotFound, name, i+1, count)
		}
	}
	return nil
}

// directory are the files that a directory of safetensors is opened by. Some repositories
// have the same weights a second time, in their maker's own layout.
func directory(n Name, files []string) ([]string, error) {
	var out []string
	weights := false
	standard := slices.Contains(files, "model.safetensors") || slices.ContainsFunc(files, shard.MatchString)
	for _, f := range files {
		if shard.MatchString(f) {
			if err := allShards(f, files); err != nil {
				return nil, err
			}
		}
		switch ext := path.Ext(f); {
		case strings.Contains(f, "/"):
		case ext == ".safetensors" && standard && f != "model.safetensors" && !shard.MatchString(f):
		case ext == ".safetensors":
			weights = true
			out = append(out, f)
		case ext == ".json" && f != "package.json", f == "chat_template.jinja":
			out = append(out, f)
		}
	}
	if !weights {
		return nil, fmt.Errorf("%w: the repository has neither GGUF files nor safetensors", ErrNotFound)
	}
	if n.Tag != "" {
		return nil, fmt.Errorf("%w: the repository has no GGUF files, so the tag %s picks nothing; without one its safetensors are pulled", ErrNotFound, n.Tag)
	}
	return out, nil
}

// list shows some names.
func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	if len(names) > 12 {
		return strings.Join(names[:12], ", ") + fmt.Sprintf(" and %d more", len(names)-12)
	}
	return strings.Join(names, ", ")
}
