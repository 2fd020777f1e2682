package documents

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/tools/documents/read"
)

// Folder names documents: a folder, a file, or a pattern of files.
type Folder struct {
	// Path is a folder, with everything below it that has a known format, a file, or a pattern:
	// * and ? match within a name, ** any folders. Names that begin with a dot or ~$ are left out,
	// and so is node_modules.
	Path string

	// FS holds the documents in place of the disk, such as an embed.FS. They are read once.
	FS fs.FS

	// Trusted says that nobody but the house writes there: its passages are as good as a
	// tool's own words to the policies. Else anybody may have written them.
	Trusted bool

	// Readers are those who may be answered from it: names, addresses or "@domain". None is
	// everybody; "*" is as well.
	Readers []string

	// Tenant is the one whose runs may be answered from it; "" is every tenant.
	Tenant string
}

// root is a folder that is scanned.
type root struct {
	Folder
	key    string // names it in the index
	base   string // the part of the path before any pattern
	single string // the file, if it names one
	match  *regexp.Regexp
	prefix string // of the names by which its files are cited
}

// newRoots reads the folders' paths and says how their files are cited: by the path
// within the folder if there is one, else with the folder's name before it.
func newRoots(folders []Folder) ([]*root, error) {
	if len(folders) == 0 {
		return nil, errors.New("documents: no folder is named")
	}
	var out []*root
	names, singles := map[string]int{}, map[string]int{}
	for i, f := range folders {
		r := &root{Folder: f, key: f.Path}
		if f.FS != nil {
			r.key = fmt.Sprintf("fs%d:%s", i+1, f.Path)
		}
		if strings.TrimSpace(f.Path) == "" {
			return nil, fmt.Errorf("documents: folder %d has no path", i+1)
		}
		r.base = filepath.ToSlash(filepath.Clean(f.Path))
		if at := strings.IndexAny(r.base, "*?["); at >= 0 {
			pattern := r.base
			r.base = "."
			if slash := strings.LastIndexByte(pattern[:at], '/'); slash >= 0 {
				r.base, pattern = pattern[:max(slash, 1)], pattern[slash+1:]
			}
			re, err := glob(pattern)
			if err != nil {
				return nil, fmt.Errorf("documents: %q: %w", f.Path, err)
			}
			r.match = re
		}
		info, err := r.stat()
		switch {
		case err != nil:
			return nil, fmt.Errorf("documents: %w", err)
		case info.Mode().IsRegular() && r.match == nil:
			r.single = path.Base(r.base)
			r.base = path.Dir(r.base)
			singles[r.single]++
			if !read.Known(r.single) {
				return nil, fmt.Errorf("documents: %s: %w", f.Path, read.ErrFormat)
			}
		case !info.IsDir():
			return nil, fmt.Errorf("documents: %s is neither a folder nor a file", f.Path)
		}
		names[path.Base(r.base)]++
		out = append(out, r)
	}
	for _, r := range out {
		switch {
		case len(out) == 1 || r.single != "" && names[path.Base(r.base)] == 1 && singles[r.single] == 1:
		case names[path.Base(r.base)] > 1:
			r.prefix = strings.TrimLeft(r.base, "/.") + "/"
		default:
			r.prefix = path.Base(r.base) + "/"
		}
		if r.prefix == "/" || r.prefix == "./" {
			r.prefix = ""
		}
	}
	return out, nil
}

// Found says whether the folders are there, as Open looks for them.
func Found(folders []Folder) error {
	_, err := newRoots(folders)
	return err
}

func (r *root) stat() (fs.FileInfo, error) {
	if r.FS != nil {
		return fs.Stat(r.FS, r.base)
	}
	return os.Stat(filepath.FromSlash(r.base))
}

// glob makes a pattern of paths a regular expression.
func glob(pattern string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString("^")
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			if strings.HasPrefix(pattern[i:], "**/") {
				b.WriteString("(?:.*/)?")
				i += 2
			} else if strings.HasPrefix(pattern[i:], "**") {
				b.WriteString(".*")
				i++
			} else {
				b.WriteString("[^/]*")
			}
		case '?':
			b.WriteString("[^/]")
		case '[':
			end := strings.IndexByte(pattern[i:], ']')
			if end < 2 {
				return nil, errors.New("a [ without its ]")
			}
			b.WriteString("[" + regexp.QuoteMeta(pattern[i+1:i+end]) + "]")
			i += end
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.Compile(b.String() + "$")
}

// found is a file of one or more roots.
type found struct {
	name  string // by which it is cited
	root  *root  // that it was first found in
	path  string // within the root
	size  int64
	time  time.Time
	roots []*root
	err   error // why it is not read
}

// folders are the keys of a file's roots, sorted.
func (f *found) folders() []string {
	var out []string
	for _, r := range f.roots {
		out = append(out, r.key)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// opened is a root whose files can be opened: on disk, nothing outside of it can.
type opened struct {
	fs.FS
	disk *os.Root
}

func (r *root) open() (*opened, error) {
	if r.FS != nil {
		sub, err := fs.Sub(r.FS, r.base)
		return &opened{FS: sub}, err
	}
	disk, err := os.OpenRoot(filepath.FromSlash(r.base))
	if err != nil {
		return nil, err
	}
	return &opened{FS: disk.FS(), disk: disk}, nil
}

func (o *opened) close() {
	if o.disk != nil {
		_ = o.disk.Close() // of a folder that was read
	}
}

// identity names a file whatever root it was found in.
func (r *root) identity(p string) string {
	if r.FS != nil {
		return r.key + "\x00" + p
	}
	abs, err := filepath.Abs(filepath.FromSlash(path.Join(r.base, p)))
	if err != nil {
		return path.Join(r.base, p)
	}
	return abs
}

// scan finds the files of all roots. A folder that can't be read is an error of its own
// file, by name.
func scan(roots []*root) (files []*found, dirs []string) {
	all := map[string]*found{}
	for _, r := range roots {
		o, err := r.open()
		if err != nil {
			files = append(files, &found{name: r.prefix + r.base, root: r, roots: []*root{r}, err: err})
			continue
		}
		resolved := r.base
		if r.FS == nil {
			if to, err := filepath.EvalSymlinks(filepath.FromSlash(r.base)); err == nil {
				resolved = filepath.ToSlash(to)
			}
		}
		_ = fs.WalkDir(o.FS, ".", func(p string, d fs.DirEntry, err error) error {
			name := d.Name()
			if err != nil {
				files = append(files, &found{name: r.prefix + p, root: r, path: p, roots: []*root{r}, err: plainError(err)})
				return nil
			}
			if p != "." && aside(name) {
				if d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if d.IsDir() {
				if r.single != "" && p != "." {
					return fs.SkipDir
				}
				if r.FS == nil {
					dirs = append(dirs, filepath.FromSlash(path.Join(r.base, p)))
				}
				return nil
			}
			if !r.wants(p) {
				return nil
			}
			f := &found{name: r.prefix + p, root: r, path: p, roots: []*root{r}}
			switch {
			case d.Type()&fs.ModeSymlink != 0:
				if _, err := fs.Stat(o.FS, p); err == nil {
					return nil // it leads to what is read anyway
				}
				f.err = errors.New("a link that leads out of the folder, or nowhere")
			case !d.Type().IsRegular():
				f.err = errNotRegular
			default:
				info, err := d.Info()
				if err != nil {
					return nil // it is gone
				}
				f.size, f.time = info.Size(), info.ModTime()
			}
			id := r.key + "\x00" + p
			if r.FS == nil {
				id = path.Join(resolved, p)
				if !path.IsAbs(id) {
					id = r.identity(p)
				}
			}
			if first, ok := all[id]; ok {
				first.roots = append(first.roots, r)
				return nil
			}
			all[id] = f
			files = append(files, f)
			return nil
		})
		o.close()
	}
	slices.SortStableFunc(files, func(a, b *found) int { return strings.Compare(a.name, b.name) })
	return files, dirs
}

// aside reports whether a file or folder of that name is none of the user's documents: it
// is hidden, a mark that Word leaves beside an open file, or what a package manager has
// fetched.
func aside(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || name == "node_modules"
}

// wants reports whether a file of the root is one of its documents.
func (r *root) wants(p string) bool {
	switch {
	case r.single != "":
		return p == r.single
	case r.match != nil:
		return r.match.MatchString(p) && read.Known(p)
	}
	return read.Known(p)
}

// plainError is an error without the names of system calls.
func plainError(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// errNotRegular is the reason of a pipe, a socket or a device of a document's name, which
// is never opened.
var errNotRegular = errors.New("not a regular file")

// bytes reads a file, of at most limit bytes.
func (o *opened) bytes(p string, limit int64) ([]byte, error) {
	f, err := o.Open(p)
	if err != nil {
		return nil, plainError(err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, plainError(err)
	case !info.Mode().IsRegular():
		return nil, errNotRegular
	case info.Size() > limit:
		return nil, fmt.Errorf("%d bytes, at most %d are read", info.Size(), limit)
	}
	data := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead)) // ReadAll would take twice as much
	if _, err = data.ReadFrom(io.LimitReader(f, limit+1)); err == nil && int64(data.Len()) > limit {
		err = fmt.Errorf("it has grown beyond %d bytes", limit)
	}
	return data.Bytes(), err
}
