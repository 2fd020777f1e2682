package index

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// vectors are those of passages, by the hashes of their texts: a passage that moves, or
// stands in two files, keeps its own. They are compared in 8 bits with a scale for each 32
// (Q8_0): one and all up to a hundred thousand, cell by cell beyond.
//
// The file has a line of what it holds, then records of a hash, a row and a checksum, and
// only grows: what a crash has cut off is made again.
type vectors struct {
	path  string
	model string

	mu   sync.RWMutex
	dims int // of what the embedder gives; 0 before the first
	cols int // dims, rounded up to whole blocks
	know map[string]bool
	keys []string // by row
	data []byte
	read int64 // bytes of the file that are known
	pool *tensor.Pool

	exact    int    // how many are compared one and all
	cells    *cells // of those that were there when they were made; nil for none
	dividing sync.WaitGroup
	busy     bool // while cells are made
	times    int  // that what is in memory began anew
	closed   atomic.Bool
}

const (
	vectorMagic  = "chaski vectors 1 "
	vectorHeader = 64 // bytes
	maxDims      = 16_384
)

// openVectors reads the vectors that are there.
func openVectors(path, model string) (*vectors, error) {
	v := &vectors{path: path, model: model, know: map[string]bool{}, pool: tensor.NewPool(1), exact: exactUpTo}
	return v, v.refresh()
}

func (v *vectors) close() {
	if v != nil {
		v.closed.Store(true)
		v.dividing.Wait()
		v.pool.Close()
	}
}

// header says what a file holds: the number of columns, and the model by its hash.
func (v *vectors) header(dims int) []byte {
	return fmt.Appendf(nil, "%-63s\n", fmt.Sprintf("%s%d %s", vectorMagic, dims, HashText(v.model)))
}

func (v *vectors) recordBytes() int { return 8 + tensor.Q8_0.RowBytes(v.cols) + 4 }

func (v *vectors) shape(dims int) { v.dims, v.cols = dims, (dims+31)/32*32 }

// refresh reads what was added to the file since, by this process or another.
func (v *vectors) refresh() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	f, err := os.Open(v.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == v.read {
		return err
	}
	head := make([]byte, vectorHeader)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil // it is being made
	}
	dims := 0
	if _, err := fmt.Sscanf(strings.TrimPrefix(string(head), vectorMagic), "%d", &dims); err != nil || dims < 1 || dims > maxDims || string(head) != string(v.header(dims)) {
		return nil // another model's, or an older form: the writer makes it anew
	}
	if info.Size() < v.read || dims != v.dims { // made anew
		v.forget()
	}
	v.shape(dims)
	v.read = max(v.read, vectorHeader)
	buf := make([]byte, info.Size()-v.read)
	n, err := f.ReadAt(buf, v.read)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	size := v.recordBytes()
	for buf = buf[:n]; len(buf) >= size && v.take(buf[:size]); buf = buf[size:] {
		v.read += int64(size)
	}
	v.divide()
	return nil
}

// forget drops what is in memory. The caller holds the lock.
func (v *vectors) forget() {
	v.know, v.keys, v.data, v.read, v.cells = map[string]bool{}, nil, nil, 0, nil
	v.times++
}

// divide has cells made, beside the searches, once too many vectors have none. The caller
// holds the lock.
func (v *vectors) divide() {
	n := 0
	if v.cells != nil {
		n = v.cells.n()
	}
	if v.busy || len(v.keys)-n <= v.exact || v.closed.Load() {
		return
	}
	w, err := v.matrix()
	if err != nil {
		return // a search says so
	}
	v.busy = true
	times, keys := v.times, v.keys
	v.dividing.Go(func() {
		c, order := newCells(w, v.closed.Load)
		data, sorted := make([]byte, 0, len(w.Data)), make([]string, 0, len(keys))
		for _, row := range order {
			data, sorted = append(data, w.RowData(row)...), append(sorted, keys[row])
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.busy = false
		if c != nil && times == v.times {
			v.data, v.keys = append(data, v.data[len(data):]...), append(sorted, v.keys[len(sorted):]...)
			v.cells = c
		}
		v.divide() // what has come meanwhile
	})
}

// take adds a record; one whose checksum is wrong ends what is read.
func (v *vectors) take(rec []byte) bool {
	body, sum := rec[:len(rec)-4], binary.LittleEndian.Uint32(rec[len(rec)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return false
	}
	key := hex.EncodeToString(body[:8])
	if !v.know[key] {
		v.know[key] = true
		v.keys = append(v.keys, key)
		v.data = append(v.data, body[8:]...)
	}
	return true
}

// has reports whether a text has its vector.
func (v *vectors) has(hash string) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.know[hash]
}

// add appends vectors by the hashes of their texts. A model that has changed the length of
// its vectors begins anew.
func (v *vectors) add(hashes []string, rows [][]float32) error {
	if len(hashes) == 0 || len(hashes) != len(rows) {
		return errors.New("vectors: as many hashes as vectors are needed")
	}
	dims := len(rows[0])
	if dims > maxDims {
		return fmt.Errorf("vectors of %d numbers, at most %d are kept", dims, maxDims)
	}
	if err := v.begin(dims); err != nil {
		return err
	}
	f, err := os.OpenFile(v.path, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	var out []byte
	for i, row := range rows {
		key, err := hex.DecodeString(hashes[i])
		if err != nil || len(key) != 8 || len(row) != dims {
			return errors.Join(fmt.Errorf("vector %d has %d numbers, others %d", i+1, len(row), dims), f.Close())
		}
		at := len(out)
		out = append(out, key...)
		out = append(out, v.quantised(row)...)
		out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(out[at:]))
	}
	_, err = f.WriteAt(out, v.read) // over what a crash has cut off
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return v.refresh()
}

// begin makes the file if it is not there, or is for vectors of another kind.
func (v *vectors) begin(dims int) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.dims == dims {
		return nil
	}
	v.forget()
	v.shape(dims)
	v.read = vectorHeader
	return os.WriteFile(v.path, v.header(dims), 0o600)
}

// quantised is a vector of length 1 as a row.
func (v *vectors) quantised(row []float32) []byte {
	out := make([]byte, tensor.Q8_0.RowBytes(v.cols))
	tensor.Quantize(tensor.Q8_0, out, unit(row, v.cols))
	return out
}

// near is a text, by the row of its hash, with the cosine of its angle.
type near struct {
	row   int
	score float32
}

// nearest returns the hashes of the n texts whose vectors are nearest, nearest first.
func (v *vectors) nearest(query []float32, n int) ([]string, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if len(v.keys) == 0 {
		return nil, nil
	}
	if len(query) != v.dims {
		return nil, fmt.Errorf("the query's vector has %d numbers, the passages' have %d", len(query), v.dims)
	}
	w, err := v.matrix()
	if err != nil {
		return nil, err
	}
	var x tensor.Acts
	x.Reset(1, v.cols)
	clear(x.Row(0))
	copy(x.Row(0), query)
	parts := []span{{0, w.Rows}}
	if v.cells != nil {
		// Whoever wants more of them has more cells looked at, and at last all.
		parts = v.cells.near(v.pool, &x, max(v.exact/2, 16*n))
		parts = append(parts, span{v.cells.n(), w.Rows})
	}
	var found []near
	for _, p := range parts {
		if p.from == p.to {
			continue
		}
		part, err := tensor.NewMatrix(w.Type, p.to-p.from, w.Cols, w.Data[p.from*w.Type.RowBytes(w.Cols):p.to*w.Type.RowBytes(w.Cols)])
		if err != nil {
			return nil, err
		}
		scores := make([]float32, part.Rows)
		v.pool.Multiply(&x, tensor.Product{W: part, Dst: scores})
		for _, b := range best(scores, n) {
			found = append(found, near{p.from + b.row, b.score})
		}
	}
	slices.SortFunc(found, higher)
	var out []string
	for _, b := range found[:min(n, len(found))] {
		out = append(out, v.keys[b.row])
	}
	return out, nil
}

// matrix is what is in memory, a row for each vector. The caller holds the lock; what is
// added later is not in it.
func (v *vectors) matrix() (*tensor.Matrix, error) {
	return tensor.NewMatrix(tensor.Q8_0, len(v.keys), v.cols, v.data)
}

func higher(a, b near) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.row, b.row)) }

// best are the n highest scores, the highest first, and of the same ones the earlier row.
// What is as good as the worst that is kept is gathered, and thinned out now and then.
func best(scores []float32, n int) []near {
	var kept []near
	least := float32(math.Inf(-1))
	for i, s := range scores {
		if !(s > least) && len(kept) >= n {
			continue
		}
		if kept = append(kept, near{i, s}); len(kept) >= 2*n+64 {
			slices.SortFunc(kept, higher)
			kept = kept[:n]
			least = kept[n-1].score
		}
	}
	slices.SortFunc(kept, higher)
	return kept[:min(n, len(kept))]
}

// keep rewrites the file with the vectors of these texts alone.
func (v *vectors) keep(live map[string]bool) error {
	v.mu.Lock()
	size := v.recordBytes() - 12
	out := v.header(v.dims)
	for i, key := range v.keys {
		if !live[key] {
			continue
		}
		raw, _ := hex.DecodeString(key) // it was encoded here
		at := len(out)
		out = append(out, raw...)
		out = append(out, v.data[i*size:(i+1)*size]...)
		out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(out[at:]))
	}
	err := os.WriteFile(v.path+".part", out, 0o600)
	if err == nil {
		err = os.Rename(v.path+".part", v.path)
	}
	if err == nil {
		v.forget()
	}
	v.mu.Unlock()
	return errors.Join(err, v.refresh())
}
