package documents

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Asker is on whose behalf documents are searched.
type Asker struct {
	Tenant string
	Reader string // a name or an address; "" is nobody that is known
}

// admits reports whether somebody may be answered from a folder.
func (f *Folder) admits(a Asker) bool {
	if f.Tenant != "" && f.Tenant != a.Tenant {
		return false
	}
	if len(f.Readers) == 0 || slices.Contains(f.Readers, "*") {
		return true
	}
	who := strings.ToLower(strings.TrimSpace(a.Reader))
	_, domain, _ := strings.Cut(who, "@")
	return who != "" && slices.ContainsFunc(f.Readers, func(r string) bool {
		r = strings.ToLower(strings.TrimSpace(r))
		return r == who || domain != "" && r == "@"+domain
	})
}

// denied are the keys of the folders that somebody may not be answered from.
func (l *Library) denied(a Asker) []string {
	var out []string
	for _, r := range l.roots {
		if !r.admits(a) {
			out = append(out, r.key)
		}
	}
	return out
}

// mayRead reports whether somebody may read what is in all of these folders.
func (l *Library) mayRead(a Asker, folders []string) bool {
	return len(folders) > 0 && !slices.ContainsFunc(folders, func(key string) bool {
		r := l.byKey[key]
		return r == nil || !r.admits(a)
	})
}

// there reports whether a file still lies where it was read: one that was moved out of its
// folder has that folder's readers no more, before the index knows.
func (l *Library) there(file string, folders []string) bool {
	for _, key := range folders {
		r := l.byKey[key]
		if r == nil {
			continue
		}
		if r.FS != nil {
			return true
		}
		if p, ok := strings.CutPrefix(file, r.prefix); ok {
			if info, err := os.Lstat(filepath.FromSlash(path.Join(r.base, p))); err == nil && info.Mode().IsRegular() {
				return true
			}
		}
	}
	return false
}

// trusted reports whether all of these folders are.
func (l *Library) trusted(folders []string) bool {
	return len(folders) > 0 && !slices.ContainsFunc(folders, func(key string) bool {
		r := l.byKey[key]
		return r == nil || !r.Trusted
	})
}
