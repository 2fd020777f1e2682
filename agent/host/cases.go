package host

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/chaski-dev/chaski/policies"
)

// maxCaseFiles bounds how many files of a folder are looked at for cases.
const maxCaseFiles = 500

// Cases returns the files that test the agent's policy, by name: those of cases beside its
// own file.
func (c *Config) Cases() (map[string][]byte, error) {
	fsys := c.fsys
	if fsys == nil {
		fsys = os.DirFS(cmp.Or(c.dir, "."))
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("the policy's tests: %w", err)
	}
	out, looked := map[string][]byte{}, 0
	var errs []error
	for _, e := range entries {
		if ext := path.Ext(e.Name()); ext != ".yaml" && ext != ".yml" || !e.Type().IsRegular() {
			continue
		}
		if looked++; looked > maxCaseFiles {
			break
		}
		if info, err := e.Info(); err != nil || info.Size() > policies.MaxBundleBytes {
			continue
		}
		data, err := fs.ReadFile(fsys, e.Name())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if policies.IsCases(data) {
			out[e.Name()] = data
		}
	}
	return out, errors.Join(errs...)
}
