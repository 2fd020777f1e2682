package kv

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// FileInfo describes a page file.
type FileInfo struct {
	Path   string    `json:"path"`
	Bytes  int64     `json:"bytes"`
	Used   time.Time `json:"used"` // last written
	Model  string    `json:"model,omitempty"`
	Format string    `json:"format,omitempty"`
	Pages  int       `json:"pages"` // that the file has room for
	Tokens int       `json:"page_tokens,omitempty"`
	InUse  bool      `json:"in_use,omitempty"`
	Error  string    `json:"error,omitempty"` // why the file can't be used

	other bool // not a page file: something else of that name
}

// Files lists the page files of a directory, the one used longest ago first. A
// directory that does not exist has none.
func Files(dir string) ([]FileInfo, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.kv"))
	if err != nil {
		return nil, fmt.Errorf("kv: %w", err)
	}
	out := make([]FileInfo, 0, len(names))
	for _, name := range names {
		info, err := inspect(name)
		if err != nil {
			info.Error = err.Error()
		}
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b FileInfo) int { return a.Used.Compare(b.Used) })
	return out, nil
}

func inspect(path string) (info FileInfo, err error) {
	info.Path = path
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	st, err := f.Stat()
	if err != nil {
		return info, err
	}
	info.Bytes, info.Used = st.Size(), st.ModTime()
	if err := lockFile(f); errors.Is(err, ErrInUse) {
		info.InUse = true
	} else if err != nil {
		return info, err
	}
	h := make([]byte, 8+7*8+32+4)
	if _, err := f.ReadAt(h, 0); err != nil && !errors.Is(err, io.EOF) {
		return info, err
	}
	end := len(h) - 4
	if string(h[:8]) != fileMagic {
		info.other = true
		return info, errors.New("not a page file")
	}
	if binary.LittleEndian.Uint32(h[end:]) != crc32.Checksum(h[:end], castagnoli) {
		return info, errors.New("its first block is damaged")
	}
	v := func(i int) uint64 { return binary.LittleEndian.Uint64(h[8+8*i:]) }
	info.Format = tensor.Type(v(1)).String()
	info.Model = fmt.Sprintf("%x", h[8+7*8:][:8])
	info.Tokens = int(v(5))
	slotBytes := (int64(v(6)) + fixedHeader + 4*int64(v(5)) + 4 + align - 1) / align * align
	if slotBytes > 0 {
		info.Pages = int(max(info.Bytes-fileHeader, 0) / slotBytes)
	}
	if v(0) != DiskVersion {
		return info, fmt.Errorf("%w: version %d", ErrForeign, v(0))
	}
	return info, nil
}

// Prune removes page files, those used longest ago first, until the directory holds no
// more than limit bytes of them. Files in use stay, and what is no page file. It returns
// what it removed.
func Prune(dir string, limit int64) ([]FileInfo, error) {
	if limit < 0 {
		return nil, fmt.Errorf("kv: a limit of %d bytes", limit)
	}
	files, err := Files(dir)
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(f FileInfo) bool { return f.other })
	var total int64
	for _, f := range files {
		total += f.Bytes
	}
	var gone []FileInfo
	for _, f := range files {
		if total <= limit {
			break
		}
		if f.InUse {
			continue
		}
		if err := os.Remove(f.Path); err != nil {
			return gone, fmt.Errorf("kv: %w", err)
		}
		total -= f.Bytes
		gone = append(gone, f)
	}
	return gone, nil
}
