package tensor

import "testing"

func BenchmarkMicro(b *testing.B) {
	o := newOuterScratch()
	for _, typ := range []Type{Q4_K, Q6_K} {
		w := &Matrix{typ, 32, 4096, make([]byte, 32*typ.RowBytes(4096))}
		p := &Product{W: w}
		b.Run("interleave"+typ.String(), func(b *testing.B) {
			for b.Loop() {
				p.interleave(o, 0, 32, 0, 512, 512)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)*3.5/(32*512/64), "cyc/64w")
		})
		pan := newPanel(4096)
		b.Run("unpack"+typ.String(), func(b *testing.B) {
			for b.Loop() {
				fast.unpack(typ, pan, w.RowData(0), 4096)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)*3.5/(4096/64), "cyc/64w")
		})
	}
	b.Run("transpose", func(b *testing.B) {
		for b.Loop() {
			fast.transposeBytes(&o.u[0], &o.rows.u[0], 128, 8)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)*3.5/(16*512/64), "cyc/64w")
	})
	for _, n := range []int{4, 8} {
		x := &Acts{}
		x.Reset(n, 4096)
		pl := NewPool(1)
		x.quantize(pl)
		sums := make([]float32, n*32)
		name := "outer"
		if n == 8 {
			name = "outer8"
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for k := 0; k < 4096; k += 512 {
					for c := 0; c < n; c += 4 {
						fast.outer32(&o.u[0], &o.s[0], &o.m[0], &x.q[c*4096+k], &x.d[c*256+k/16], &x.sum[c*256+k/16], 4096, 16, &sums[c*32])
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)*3.5/(32*4096/64*float64(n)), "cyc/64mac")
		})
		pan := newPanel(4096)
		b.Run("dot4"+name, func(b *testing.B) {
			var out [4]float32
			for b.Loop() {
				for c := 0; c < n; c += 4 {
					fast.dot4(&pan.u[0], &pan.s[0], &pan.m[0], &x.q[c*4096], &x.d[c*256], &x.sum[c*256], 4096, 16, &out)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)*3.5/(4096/64*float64(n)), "cyc/64mac")
		})
	}
	pan := newPanel(4096)
	x := &Acts{}
	x.Reset(1, 4096)
	pl := NewPool(1)
	x.quantize(pl)
	b.Run("dot", func(b *testing.B) {
		for b.Loop() {
			fast.dot(&pan.u[0], &pan.s[0], &pan.m[0], &x.q[0], &x.d[0], &x.sum[0], 16)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)*3.5/(4096/64), "cyc/64mac")
	})
}
