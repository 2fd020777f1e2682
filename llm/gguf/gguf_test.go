package gguf

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// source is a tensor of zeros.
func source(name string, t tensor.Type, shape ...int) Source {
	s := Source{Name: name, Type: t, Shape: shape}
	s.Data = func(w io.Writer) error {
		_, err := w.Write(make([]byte, s.bytes()))
		return err
	}
	return s
}

func file(t testing.TB, pairs []Pair, tensors ...Source) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, pairs, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var allKinds = []Pair{
	{"u8", uint8(1)}, {"i8", int8(-1)}, {"u16", uint16(2)}, {"i16", int16(-2)}, {"u32", uint32(3)}, {"i32", int32(-3)},
	{"f32", float32(1.5)}, {"bool", true}, {"string", "é"}, {"u64", uint64(1 << 40)}, {"i64", int64(-4)}, {"f64", 2.5},
	{"strings", []string{"a", "", "ccc"}}, {"i32s", []int32{1, -2}}, {"u32s", []uint32{7}}, {"f32s", []float32{0.5}},
	{"u8s", []uint8{9, 8}}, {"bools", []any{true, false}},
}

func Example() {
	var b bytes.Buffer
	zeros := Source{Name: "w", Type: tensor.F32, Shape: []int{4, 2}, Data: func(w io.Writer) error {
		_, err := w.Write(make([]byte, 32))
		return err
	}}
	if err := Write(&b, []Pair{{"general.architecture", "llama"}}, []Source{zeros}); err != nil {
		panic(err)
	}
	f, err := Parse(b.Bytes())
	if err != nil {
		panic(err)
	}
	arch, _ := f.String("general.architecture")
	fmt.Println(arch, f.Tensors[0].Name, f.Tensors[0].Shape, len(f.Tensors[0].Data))
	// Output: llama w [4 2] 32
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.gguf")
	if err := Create(path, allKinds, []Source{source("a", tensor.F32, 3, 2), source("b", tensor.Q8_0, 64)}); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range allKinds {
		if v, ok := f.Value(p.Key); !ok || !reflect.DeepEqual(v, p.Value) {
			t.Errorf("%s: %#v, want %#v", p.Key, v, p.Value)
		}
	}
	if b, ok := f.Tensor("b"); !ok || b.Type != tensor.Q8_0 || len(b.Data) != 68 {
		t.Errorf("tensor b: %+v", b)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(path + "*")
	if err != nil || len(left) != 1 {
		t.Errorf("files left: %v, %v", left, err)
	}
}

func TestVersion2(t *testing.T) {
	data := file(t, allKinds, source("a", tensor.F32, 4))
	data[4] = 2
	if f, err := Parse(data); err != nil || f.Version != 2 {
		t.Fatal(f, err)
	}
}

// TestBadFiles: each fault is one line that names what is wrong.
func TestBadFiles(t *testing.T) {
	good := file(t, []Pair{{"k", "v"}}, source("a", tensor.F32, 8), source("b", tensor.Q4_K, 256, 2))
	change := func(at int, b ...byte) []byte {
		c := bytes.Clone(good)
		copy(c[at:], b)
		return c
	}
	find := func(s string) int { return bytes.Index(good, []byte(s)) }
	a := find("\x01\x00\x00\x00\x00\x00\x00\x00a") + 9 // after the name of tensor a
	b := find("\x01\x00\x00\x00\x00\x00\x00\x00b") + 9
	absurd := file(t, []Pair{{"k", []int32{1}}})
	binary.LittleEndian.PutUint64(absurd[41:], 1<<63-1) // the array's length
	big := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":           {nil, `bad magic ""`},
		"magic":           {change(0, 'X'), `bad magic "XGUF"`},
		"version":         {change(4, 9), "version 9"},
		"big-endian":      {change(4, 0, 0, 0, 3), "big-endian"},
		"header only":     {good[:20], "ends within its header"},
		"tensor count":    {change(8, big...), "more than the file's"},
		"key count":       {change(16, big...), "more than the file's"},
		"key length":      {change(24, big...), "a metadata key of"},
		"value type":      {change(33, 77), "metadata key k: unknown value type 77"},
		"string length":   {change(37, big...), "metadata key k: the file ends"},
		"dimensions":      {change(a, 9), "tensor a: 9 dimensions"},
		"zero dimension":  {change(a+4, make([]byte, 8)...), "tensor a: a dimension of 0"},
		"large dimension": {change(a+4, big...), "tensor a: a dimension of"},
		"number format":   {change(a+12, 99), "tensor a: the number format type 99 (number 99)"},
		"offset":          {change(a+16, 1), "tensor a: offset 1 is not a multiple"},
		"out of range":    {change(b+24, 0, 0, 1), "tensor b: its 288 bytes at offset"},
		"overlap":         {change(b+24, 0), "tensors a and b overlap"},
		"truncated":       {good[:len(good)-40], "tensor b: its 288 bytes"},
		"block":           {change(b+4, 255, 0), "tensor b: rows of 255 weights are no whole blocks of Q4_K"},
		"key twice":       {file(t, []Pair{{"k", "v"}, {"k", "v"}}), "metadata key k: occurs twice"},
		"tensor twice":    {file(t, nil, source("a", tensor.F32, 8), source("a", tensor.F32, 8)), "tensor a occurs twice"},
		"array length":    {file(t, []Pair{{"k", []int32{1}}})[:45], "metadata key k"},
		"line in a name":  {change(a-1, 10), "a tensor name with the control character 0x0a"},
		"absurd array":    {absurd, "metadata key k: an array of 9223372036854775807 elements"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(c.data)
			if err == nil || !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%v, want %q", err, c.want)
			}
		})
	}
}

// TestNoLargeAllocation: an absurd count costs no memory.
func TestNoLargeAllocation(t *testing.T) {
	good := file(t, []Pair{{"k", []string{"a"}}}, source("a", tensor.F32, 8))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for at := 8; at < len(good)-8; at++ {
		c := bytes.Clone(good)
		binary.LittleEndian.PutUint64(c[at:], 1<<40)
		_, _ = Parse(c)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Fatalf("%d bytes were allocated", used)
	}
}

func TestErrorNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.gguf")
	if err := os.WriteFile(path, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.HasPrefix(err.Error(), path+": bad magic") {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Fatal("a directory was opened as a file")
	}
}

func TestWriteChecksLengths(t *testing.T) {
	s := source("a", tensor.F32, 8)
	s.Data = func(w io.Writer) error { _, err := w.Write(make([]byte, 31)); return err }
	if err := Write(io.Discard, nil, []Source{s}); err == nil || !strings.Contains(err.Error(), "tensor a: 31 bytes were written, its shape takes 32") {
		t.Fatal(err)
	}
}

// TestFailedCreateLeavesNothing: an error while writing removes the new file and
// keeps the old one.
func TestFailedCreateLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.gguf")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	s := source("a", tensor.F32, 8)
	s.Data = func(io.Writer) error { return full }
	if err := Create(path, nil, []Source{s}); !errors.Is(err, full) {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if data, _ := os.ReadFile(path); err != nil || len(entries) != 1 || string(data) != "old" {
		t.Fatalf("%v, %v", entries, err)
	}
}

func TestConvert(t *testing.T) {
	dir := t.TempDir()
	pairs := []Pair{{"llama.block_count", uint32(1)}}
	const rows, cols = 512, 256
	weights := make([]float32, rows*cols)
	for i := range weights {
		weights[i] = float32(i%17) - 8
	}
	plain := make([]byte, 4*len(weights))
	tensor.Quantize(tensor.F32, plain, weights)
	in := filepath.Join(dir, "in.gguf")
	if err := Create(in, pairs, []Source{
		{Name: "blk.0.attn_q.weight", Type: tensor.F32, Shape: []int{cols, rows}, Data: func(w io.Writer) error { _, err := w.Write(plain); return err }},
		source("output_norm.weight", tensor.F32, cols),
		source("odd.weight", tensor.F32, 48, 2),
	}); err != nil {
		t.Fatal(err)
	}
	f, err := Open(in)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pool := tensor.NewPool(2)
	defer pool.Close()
	for _, mix := range Mixes {
		out := filepath.Join(dir, mix.Name)
		if err := Convert(context.Background(), f, out, mix, pool, nil); err != nil {
			t.Fatal(err)
		}
		g, err := Open(out)
		if err != nil {
			t.Fatal(err)
		}
		q, _ := g.Tensor("blk.0.attn_q.weight")
		want := make([]byte, mix.Base.RowBytes(len(weights)))
		tensor.Quantize(mix.Base, want, weights)
		if q.Type != mix.Base && q.Type != mix.Finer || q.Type == mix.Base && !bytes.Equal(q.Data, want) {
			t.Errorf("%s: %v", mix.Name, q.Type)
		}
		if n, _ := g.Tensor("output_norm.weight"); n.Type != tensor.F32 {
			t.Errorf("%s: the norm is %v", mix.Name, n.Type)
		}
		if o, _ := g.Tensor("odd.weight"); 48%o.Type.BlockWeights() != 0 {
			t.Errorf("%s: rows of 48 are %v", mix.Name, o.Type)
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Convert(ctx, f, filepath.Join(dir, "cancelled"), Mixes[0], pool, nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "cancelled*")); len(left) != 0 {
		t.Fatalf("left: %v", left)
	}
	if _, err := ParseMix("Q9"); err == nil {
		t.Fatal("Q9 is a format")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(file(f, allKinds, source("a", tensor.F32, 8), source("b", tensor.Q4_K, 256, 2)))
	f.Add(file(f, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Parse(data)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("%v is no ErrFormat", err)
			}
			return
		}
		for i := range g.Tensors {
			x := &g.Tensors[i]
			if len(x.Data) != x.Type.RowBytes(x.Elements()) {
				t.Fatalf("%+v", x)
			}
		}
	})
}
