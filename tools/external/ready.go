package external

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Ready says whether the tool can be called from this process: its program is there, and
// the environment variables that its headers name hold something. An empty one would be
// sent as a credential. Folders are relative to dir.
func (d Declaration) Ready(dir string) error {
	if len(d.Command) > 0 {
		if err := d.program(dir); err != nil {
			return err
		}
	}
	if d.Shell != "" {
		if _, err := exec.LookPath("sh"); err != nil {
			return errors.New("shell: there is no sh on this machine; name a program with command, which needs none")
		}
	}
	for name, value := range d.Headers {
		empty := ""
		os.Expand(value, func(v string) string {
			if strings.TrimSpace(os.Getenv(v)) == "" {
				empty = v
			}
			return ""
		})
		if empty != "" {
			return fmt.Errorf("header %s: the environment variable %s is empty", name, empty)
		}
	}
	return nil
}

// program says whether the program of a command can be found, as the system will look for
// it: in the folder where it runs if its name is a path, else in PATH.
func (d Declaration) program(dir string) error {
	name := d.Command[0]
	if !filepath.IsAbs(d.Dir) {
		dir = filepath.Join(dir, d.Dir)
	} else {
		dir = d.Dir
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("command %s: there is no folder %s to run it in", name, dir)
	}
	look := name
	if strings.ContainsRune(filepath.ToSlash(name), '/') && !filepath.IsAbs(name) {
		look = filepath.Join(dir, name)
		if !filepath.IsAbs(look) {
			look = "." + string(filepath.Separator) + look
		}
	}
	if _, err := exec.LookPath(look); err != nil {
		return fmt.Errorf("command %s: there is no such program, or it may not be run", name)
	}
	return nil
}

// ready is Ready of all tools of a file that was parsed.
func ready(text []byte, dir string) error {
	var f file
	if err := yaml.Unmarshal(text, &f); err != nil {
		return err
	}
	for i, d := range f.Tools {
		if err := d.Ready(dir); err != nil {
			return fmt.Errorf("tool %d (%q): %w", i+1, d.Name, err)
		}
	}
	return nil
}
