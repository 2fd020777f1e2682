package gguf

import "fmt"

// Map maps a file into memory, read-only. unmap ends the mapping.
func Map(path string) (data []byte, unmap func() error, err error) {
	data, unmap, err = mapFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("mapping: %w", err)
	}
	return data, unmap, nil
}
