package gguf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// Pair is one metadata entry to write: Value is of one of the types that
// [File.Value] returns.
type Pair struct {
	Key   string
	Value any
}

// Source is a tensor to write. Data is called once, in order, and writes exactly the
// bytes that its type and shape take.
type Source struct {
	Name  string
	Type  tensor.Type
	Shape []int
	Data  func(w io.Writer) error
}

func (s *Source) bytes() int64 {
	n := 1
	for _, d := range s.Shape {
		n *= d
	}
	return int64(s.Type.RowBytes(n))
}

// Create writes a file of version 3: under another name first, which takes its place
// when all is on disk, so that a failure leaves no half file.
func Create(path string, pairs []Pair, tensors []Source) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*")
	if err != nil {
		return fmt.Errorf("gguf: %w", err)
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	buf := bufio.NewWriterSize(tmp, 1<<20)
	if err = Write(buf, pairs, tensors); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err = buf.Flush(); err == nil {
		err = tmp.Sync()
	}
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if err == nil {
		err = tmp.Close()
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("gguf: writing %s: %w", path, err)
	}
	return nil
}

// Write writes a file of version 3 with the default alignment.
func Write(w io.Writer, pairs []Pair, tensors []Source) error {
	c := &counter{w: w}
	b := []byte(magic)
	b = binary.LittleEndian.AppendUint32(b, 3)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(tensors)))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(pairs)))
	for _, p := range pairs {
		if p.Key == "general.alignment" {
			return errors.New("the alignment is always 32: it is not written")
		}
		b = appendText(b, p.Key)
		var err error
		if b, err = appendValue(b, p.Value, true); err != nil {
			return &KeyError{p.Key, err}
		}
	}
	var off int64
	for i := range tensors {
		t := &tensors[i]
		b = appendText(b, t.Name)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(t.Shape)))
		for _, d := range t.Shape {
			b = binary.LittleEndian.AppendUint64(b, uint64(d))
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(t.Type))
		b = binary.LittleEndian.AppendUint64(b, uint64(off))
		off += align(t.bytes())
	}
	b = append(b, make([]byte, align(int64(len(b)))-int64(len(b)))...)
	if _, err := c.Write(b); err != nil {
		return err
	}
	for i := range tensors {
		t := &tensors[i]
		before := c.n
		if err := t.Data(c); err != nil {
			return fmt.Errorf("tensor %s: %w", t.Name, err)
		}
		if wrote := c.n - before; wrote != t.bytes() {
			return fmt.Errorf("tensor %s: %d bytes were written, its shape takes %d", t.Name, wrote, t.bytes())
		}
		if _, err := c.Write(make([]byte, align(c.n)-c.n)); err != nil {
			return err
		}
	}
	return nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

func align(n int64) int64 { return (n + defaultAlignment - 1) / defaultAlignment * defaultAlignment }

func appendText(b []byte, s string) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(len(s)))
	return append(b, s...)
}

// appendValue appends a value, with its type before it if typed.
func appendValue(b []byte, v any, typed bool) ([]byte, error) {
	tag := func(k kind) {
		if typed {
			b = binary.LittleEndian.AppendUint32(b, uint32(k))
		}
	}
	switch v := v.(type) {
	case uint8:
		tag(kindUint8)
		return append(b, v), nil
	case int8:
		tag(kindInt8)
		return append(b, byte(v)), nil
	case uint16:
		tag(kindUint16)
		return binary.LittleEndian.AppendUint16(b, v), nil
	case int16:
		tag(kindInt16)
		return binary.LittleEndian.AppendUint16(b, uint16(v)), nil
	case uint32:
		tag(kindUint32)
		return binary.LittleEndian.AppendUint32(b, v), nil
	case int32:
		tag(kindInt32)
		return binary.LittleEndian.AppendUint32(b, uint32(v)), nil
	case float32:
		tag(kindFloat32)
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(v)), nil
	case bool:
		tag(kindBool)
		if v {
			return append(b, 1), nil
		}
		return append(b, 0), nil
	case string:
		tag(kindString)
		return appendText(b, v), nil
	case uint64:
		tag(kindUint64)
		return binary.LittleEndian.AppendUint64(b, v), nil
	case int64:
		tag(kindInt64)
		return binary.LittleEndian.AppendUint64(b, uint64(v)), nil
	case float64:
		tag(kindFloat64)
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v)), nil
	case []string:
		return appendArray(b, kindString, v)
	case []int32:
		return appendArray(b, kindInt32, v)
	case []uint32:
		return appendArray(b, kindUint32, v)
	case []float32:
		return appendArray(b, kindFloat32, v)
	case []uint8:
		return appendArray(b, kindUint8, v)
	case []any:
		return appendAny(b, v)
	}
	return nil, fmt.Errorf("a value of type %T can't be written", v)
}

func appendArray[T any](b []byte, k kind, v []T) ([]byte, error) {
	b = binary.LittleEndian.AppendUint32(b, uint32(kindArray))
	b = binary.LittleEndian.AppendUint32(b, uint32(k))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(v)))
	var err error
	for _, e := range v {
		if b, err = appendValue(b, e, false); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// appendAny writes an array of one of the rarer types: the first element names it.
func appendAny(b []byte, v []any) ([]byte, error) {
	if len(v) == 0 {
		return appendArray(b, kindInt64, []int64{})
	}
	first, err := appendValue(nil, v[0], true)
	if err != nil {
		return nil, err
	}
	k := kind(binary.LittleEndian.Uint32(first))
	if k == kindArray {
		return nil, errors.New("arrays of arrays are not written")
	}
	for _, e := range v {
		if fmt.Sprintf("%T", e) != fmt.Sprintf("%T", v[0]) {
			return nil, fmt.Errorf("an array of %T and %T", v[0], e)
		}
	}
	return appendArray(b, k, v)
}
