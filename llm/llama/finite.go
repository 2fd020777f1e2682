package llama

import (
	"fmt"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// NotFinite reads every weight and names the first tensor, and the row in it, that holds
// one which is no finite number; nil if there is none. It reads the whole model: it is for
// telling why logits are not numbers.
func (m *Model) NotFinite() error {
	if m.File == nil {
		return nil
	}
	for i := range m.File.Tensors {
		t := &m.File.Tensors[i]
		cols := t.Shape[0]
		row, size := make([]float32, cols), t.Type.RowBytes(cols)
		for r := 0; r*size < len(t.Data); r++ {
			tensor.Dequantize(t.Type, row, t.Data[r*size:][:size])
			for c, v := range row {
				if v-v != 0 {
					return fmt.Errorf("tensor %s (%v): weight %d of row %d is %g", t.Name, t.Type, c, r, v)
				}
			}
		}
	}
	return nil
}
