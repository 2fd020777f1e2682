package tensor

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// TestIQ compares what blocks stand for with another implementation's reading of them, to
// the last bit. testdata/iq.py says which.
func TestIQ(t *testing.T) {
	b, err := os.ReadFile("testdata/iq.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]struct {
		Blocks []byte
		SHA256 string
	}
	if err := json.Unmarshal(b, &cases); err != nil || len(cases) != 18 {
		t.Fatal(len(cases), err)
	}
	for name, c := range cases {
		typ, err := ParseType(name)
		if err != nil {
			t.Error(err)
			continue
		}
		values := make([]float32, len(c.Blocks)/typ.BlockBytes()*typ.BlockWeights())
		Dequantize(typ, values, c.Blocks)
		var out []byte
		for _, v := range values {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
		}
		if sum := sha256.Sum256(out); hex.EncodeToString(sum[:]) != c.SHA256 {
			t.Errorf("%s: other values", name)
		}
	}
}

// TestRefusedFormats names formats that are known but not read.
func TestRefusedFormats(t *testing.T) {
	if Type(19).Known() || Type(19).String() != "IQ1_S" || Type(99).String() != "type 99" {
		t.Error(Type(19), Type(99))
	}
	if _, err := ParseType("IQ1_S"); err == nil {
		t.Error("IQ1_S is taken for a format that can be read")
	}
}
