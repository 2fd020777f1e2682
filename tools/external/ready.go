package external

import (
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"
)

// Ready says whether the tool can be called from this process: the environment
// variables that its headers name hold something. An empty one would be sent as a
// credential.
func (d Declaration) Ready() error {
	for name, value := range d.Headers {
		empty := ""
		os.Expand(value, func(v string) string {
			if os.Getenv(v) == "" {
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

// ready is Ready of all tools of a file that was parsed.
func ready(text []byte) error {
	var f file
	if err := yaml.Unmarshal(text, &f); err != nil {
		return err
	}
	for i, d := range f.Tools {
		if err := d.Ready(); err != nil {
			return fmt.Errorf("tool %d (%q): %w", i+1, d.Name, err)
		}
	}
	return nil
}
