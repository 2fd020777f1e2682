package gguf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/chaski-dev/chaski/llm/tensor"
)

const (
	magic            = "GGUF"
	defaultAlignment = 32
	maxDims          = 4
	maxName          = 1 << 16 // bytes of a key or tensor name
)

// ErrFormat is matched by every error about a file's contents.
var ErrFormat = errors.New("not a usable GGUF file")

// Error says what is wrong with a file.
type Error struct {
	Path string // empty for bytes in memory
	Err  error
}

func (e *Error) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("gguf: %v", e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Path, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Is reports that the error is an [ErrFormat].
func (e *Error) Is(target error) bool { return target == ErrFormat }

// Tensor is one tensor of a file. Shape counts from the fastest dimension, as the file
// does: a matrix of r rows and c columns has the shape [c, r].
type Tensor struct {
	Name  string
	Type  tensor.Type
	Shape []int
	Data  []byte // a view of the file: it must not be written to
}

// Elements returns the number of weights.
func (t *Tensor) Elements() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// File is an open GGUF file.
type File struct {
	Path    string
	Version int
	Tensors []Tensor // in the order of their data
	Size    int64    // of the file in bytes, or of all parts

	meta   map[string]any
	keys   []string
	byName map[string]int
	unmap  func() error
}

// Open maps a file and reads its header. Of a model that is cut into several files it
// takes the first, and finds the others beside it.
func Open(path string) (*File, error) { return whole(path) }

func openOne(path string) (*File, error) {
	data, unmap, err := mapFile(path)
	if err != nil {
		return nil, fmt.Errorf("gguf: %w", err)
	}
	f, err := Parse(data)
	if err != nil {
		_ = unmap()
		var fe *Error
		if errors.As(err, &fe) {
			fe.Path = path
		}
		return nil, err
	}
	f.Path, f.unmap = path, unmap
	return f, nil
}

// Close unmaps the file: the data of its tensors must not be used after.
func (f *File) Close() error {
	if f.unmap == nil {
		return nil
	}
	unmap := f.unmap
	f.unmap = nil
	return unmap()
}

// Tensor returns the tensor of that name.
func (f *File) Tensor(name string) (*Tensor, bool) {
	i, ok := f.byName[name]
	if !ok {
		return nil, false
	}
	return &f.Tensors[i], true
}

// Parse reads a file that is in memory; its tensors are views of data.
func Parse(data []byte) (*File, error) {
	f := &File{Size: int64(len(data)), meta: map[string]any{}, byName: map[string]int{}}
	if err := f.parse(data); err != nil {
		return nil, &Error{Err: err}
	}
	return f, nil
}

func (f *File) parse(data []byte) error {
	r := &reader{rest: data}
	if !bytes.HasPrefix(data, []byte(magic)) {
		return fmt.Errorf("bad magic %q, want %q", data[:min(4, len(data))], magic)
	}
	r.skip(4)
	version := r.uint32()
	if version == 3<<24 || version == 2<<24 {
		return errors.New("big-endian files are not supported")
	}
	if version != 2 && version != 3 {
		return fmt.Errorf("version %d, want 2 or 3", version)
	}
	f.Version = int(version)
	tensors, pairs := r.uint64(), r.uint64()
	if r.err != nil {
		return r.err
	}
	// A pair takes at least 8+4+1 bytes, a tensor 8+4+8+4+8.
	if pairs > uint64(len(r.rest))/13 || tensors > uint64(len(r.rest))/32 {
		return fmt.Errorf("the header counts %d keys and %d tensors, more than the file's %d bytes can hold", pairs, tensors, len(data))
	}
	for range pairs {
		key := r.name("a metadata key")
		k := kind(r.uint32())
		v := r.value(k, 0)
		if r.err != nil {
			if key != "" {
				return &KeyError{key, r.err}
			}
			return r.err
		}
		if _, ok := f.meta[key]; ok {
			return &KeyError{key, errors.New("occurs twice")}
		}
		f.meta[key] = v
		f.keys = append(f.keys, key)
	}
	alignment := uint64(defaultAlignment)
	if _, ok := f.meta["general.alignment"]; ok {
		a, err := f.Int("general.alignment")
		if err != nil {
			return err
		}
		if a <= 0 || a%8 != 0 || a > 1<<20 {
			return &KeyError{"general.alignment", fmt.Errorf("%d, want a multiple of 8 up to 1 MiB", a)}
		}
		alignment = uint64(a)
	}
	offsets := make([]uint64, tensors)
	f.Tensors = make([]Tensor, tensors)
	for i := range f.Tensors {
		t, off, err := r.tensor()
		if err != nil {
			return err
		}
		if _, ok := f.byName[t.Name]; ok {
			return fmt.Errorf("tensor %s occurs twice", t.Name)
		}
		f.byName[t.Name] = i
		f.Tensors[i], offsets[i] = t, off
	}
	at := uint64(len(data) - len(r.rest))
	start := (at + alignment - 1) / alignment * alignment
	return f.place(data, start, offsets, alignment)
}

// place checks where each tensor lies and gives it its data.
func (f *File) place(data []byte, start uint64, offsets []uint64, alignment uint64) error {
	size := uint64(len(data))
	for i := range f.Tensors {
		t, off := &f.Tensors[i], offsets[i]
		n := uint64(t.Type.RowBytes(t.Elements()))
		if off%alignment != 0 {
			return fmt.Errorf("tensor %s: offset %d is not a multiple of the alignment, %d", t.Name, off, alignment)
		}
		if start > size || off > size-start || n > size-start-off {
			return fmt.Errorf("tensor %s: its %d bytes at offset %d end beyond the file's %d bytes: is the file truncated?", t.Name, n, start+off, size)
		}
		t.Data = data[start+off : start+off+n : start+off+n]
	}
	order := make([]int, len(offsets))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case offsets[a] < offsets[b]:
			return -1
		case offsets[a] > offsets[b]:
			return 1
		}
		return 0
	})
	for k := 1; k < len(order); k++ {
		a, b := order[k-1], order[k]
		if offsets[a]+uint64(len(f.Tensors[a].Data)) > offsets[b] {
			return fmt.Errorf("tensors %s and %s overlap", f.Tensors[a].Name, f.Tensors[b].Name)
		}
	}
	sorted := make([]Tensor, len(order))
	for k, i := range order {
		sorted[k] = f.Tensors[i]
		f.byName[sorted[k].Name] = k
	}
	f.Tensors = sorted
	return nil
}

// reader takes values off the front of a file; after an error it returns zeros.
type reader struct {
	rest []byte
	err  error
}

var errTruncated = errors.New("the file ends within its header")

func (r *reader) take(n uint64) []byte {
	if r.err != nil {
		return nil
	}
	if n > uint64(len(r.rest)) {
		r.err = errTruncated
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) skip(n uint64) { r.take(n) }

func (r *reader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (r *reader) name(what string) string {
	n := r.uint64()
	if r.err == nil && (n == 0 || n > maxName) {
		r.err = fmt.Errorf("%s of %d bytes, want 1 to %d", what, n, maxName)
	}
	b := r.take(n)
	for _, c := range b {
		if c < ' ' || c == 0x7f { // names are shown to people, in one line
			r.err = fmt.Errorf("%s with the control character %#02x", what, c)
			return ""
		}
	}
	return string(b)
}

// texts reads n strings. They share one copy of their bytes: a vocabulary has
// hundreds of thousands of them.
func (r *reader) texts(n uint64) []string {
	start := r.rest
	out := make([]string, n)
	for range n {
		r.skip(r.uint64())
	}
	if r.err != nil {
		return nil
	}
	all := string(start[:len(start)-len(r.rest)])
	for i := range out {
		size := binary.LittleEndian.Uint64([]byte(all[:8]))
		out[i], all = all[8:8+size], all[8+size:]
	}
	return out
}

func (r *reader) value(k kind, depth int) any {
	if k.size() == 0 {
		if r.err == nil {
			r.err = fmt.Errorf("unknown value type %d", k)
		}
		return nil
	}
	switch k {
	case kindString:
		return string(r.take(r.uint64()))
	case kindArray:
		return r.array(depth)
	}
	b := r.take(uint64(k.size()))
	if b == nil {
		return nil
	}
	return scalar(k, b)
}

func scalar(k kind, b []byte) any {
	switch k {
	case kindUint8:
		return b[0]
	case kindInt8:
		return int8(b[0])
	case kindBool:
		return b[0] != 0
	case kindUint16:
		return binary.LittleEndian.Uint16(b)
	case kindInt16:
		return int16(binary.LittleEndian.Uint16(b))
	case kindUint32:
		return binary.LittleEndian.Uint32(b)
	case kindInt32:
		return int32(binary.LittleEndian.Uint32(b))
	case kindFloat32:
		return math.Float32frombits(binary.LittleEndian.Uint32(b))
	case kindUint64:
		return binary.LittleEndian.Uint64(b)
	case kindInt64:
		return int64(binary.LittleEndian.Uint64(b))
	case kindFloat64:
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return nil
}

func (r *reader) array(depth int) any {
	k, n := kind(r.uint32()), r.uint64()
	switch {
	case r.err != nil:
		return nil
	case k.size() == 0:
		r.err = fmt.Errorf("an array of the unknown type %d", k)
		return nil
	case depth > 0:
		r.err = errors.New("an array within an array of arrays")
		return nil
	case n > uint64(len(r.rest))/uint64(k.size()):
		r.err = fmt.Errorf("an array of %d elements, more than the file can hold", n)
		return nil
	}
	switch k {
	case kindString:
		return r.texts(n)
	case kindInt32:
		return fill(r, n, func() int32 { return int32(r.uint32()) })
	case kindUint32:
		return fill(r, n, r.uint32)
	case kindFloat32:
		return fill(r, n, func() float32 { return math.Float32frombits(r.uint32()) })
	case kindUint8:
		return slices.Clone(r.take(n))
	}
	return fill(r, n, func() any { return r.value(k, depth+1) })
}

func fill[T any](r *reader, n uint64, next func() T) []T {
	out := make([]T, 0, n)
	for range n {
		v := next()
		if r.err != nil {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// tensor reads one entry of the tensor table.
func (r *reader) tensor() (Tensor, uint64, error) {
	t := Tensor{Name: r.name("a tensor name")}
	dims := r.uint32()
	if r.err != nil {
		return t, 0, r.err
	}
	if dims == 0 || dims > maxDims {
		return t, 0, fmt.Errorf("tensor %s: %d dimensions, want 1 to %d", t.Name, dims, maxDims)
	}
	elements := uint64(1)
	for range dims {
		d := r.uint64()
		if r.err == nil && (d == 0 || d > math.MaxInt64/8/elements) {
			return t, 0, fmt.Errorf("tensor %s: a dimension of %d", t.Name, d)
		}
		elements *= max(d, 1)
		t.Shape = append(t.Shape, int(d))
	}
	t.Type = tensor.Type(r.uint32())
	off := r.uint64()
	if r.err != nil {
		return t, 0, fmt.Errorf("tensor %s: %w", t.Name, r.err)
	}
	if !t.Type.Known() {
		return t, 0, fmt.Errorf("tensor %s: the number format %v (number %d) is not read here", t.Name, t.Type, uint32(t.Type))
	}
	if n := t.Type.BlockWeights(); t.Shape[0]%n != 0 {
		return t, 0, fmt.Errorf("tensor %s: rows of %d weights are no whole blocks of %v, which have %d", t.Name, t.Shape[0], t.Type, n)
	}
	return t, off, nil
}
