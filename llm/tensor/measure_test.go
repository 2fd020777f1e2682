package tensor

import "testing"

func TestMeasure(t *testing.T) {
	if testing.Short() {
		t.Skip("short: measuring takes a second and a quarter of a gigabyte")
	}
	p := NewPool(2)
	defer p.Close()
	bytes, err := p.ReadBandwidth()
	if err != nil {
		t.Fatal(err)
	}
	rate := p.MultiplyAddRate()
	t.Logf("reads %.1f GB/s, %.0f GMAC/s with %s", bytes/1e9, rate/1e9, KernelName())
	if bytes < 1e8 || bytes > 1e13 || rate < 1e7 || rate > 1e14 {
		t.Errorf("%.3g bytes and %.3g multiply-adds a second are no machine's", bytes, rate)
	}
}
