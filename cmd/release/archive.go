package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// entry is a file of an archive.
type entry struct {
	name string // in the archive, with slashes
	file string // on disk
	mode fs.FileMode
}

// pack writes the files below a folder of the archive's name, sorted, all of one time and
// of nobody.
func pack(folder string, zipped bool, at time.Time, entries []entry) ([]byte, error) {
	entries = slices.Clone(entries)
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	var out bytes.Buffer
	var add func(e entry, text []byte) error
	var end func() error
	if zipped {
		w := zip.NewWriter(&out)
		end = w.Close
		add = func(e entry, text []byte) error {
			h := &zip.FileHeader{Name: folder + "/" + e.name, Method: zip.Deflate, Modified: at}
			h.SetMode(e.mode)
			f, err := w.CreateHeader(h)
			if err == nil {
				_, err = f.Write(text)
			}
			return err
		}
	} else {
		z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		w := tar.NewWriter(z)
		end = func() error {
			if err := w.Close(); err != nil {
				return err
			}
			return z.Close()
		}
		add = func(e entry, text []byte) error {
			err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: folder + "/" + e.name, Mode: int64(e.mode), Size: int64(len(text)), ModTime: at, Format: tar.FormatUSTAR})
			if err == nil {
				_, err = w.Write(text)
			}
			return err
		}
	}
	for _, e := range entries {
		text, err := os.ReadFile(e.file)
		if err == nil {
			err = add(e, text)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := end(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
