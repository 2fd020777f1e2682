package read

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// heap is what is in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// pdfOf writes a PDF file of objects, the first of which is the catalogue, with their table.
func pdfOf(objects ...string) string {
	var b strings.Builder
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.String()
}

func packed(text string) string {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return fmt.Sprintf("<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream", z.Len(), z.String())
}

// pagesOf is a PDF file whose pages have these contents.
func pagesOf(contents ...string) string {
	objects := []string{"<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
		"<</Type/Outlines/First 5 0 R/Last 5 0 R/Count 1>>", "<</Title(Returns)/Parent 4 0 R>>"}
	var kids []string
	for _, c := range contents {
		n := len(objects) + 1
		objects = append(objects, fmt.Sprintf("<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>", n+1), packed(c))
		kids = append(kids, fmt.Sprintf("%d 0 R", n))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", strings.Join(kids, " "), len(kids))
	return pdfOf(objects...)
}

func TestPDF(t *testing.T) {
	file := pagesOf(
		"BT /F1 16 Tf 72 720 Td (Returns) Tj /F1 10 Tf 0 -30 Td (Shoes can come back within) Tj 0 -12 Td [(30 )-20(d)10(ays)-300(of)-300(purchase.)] TJ ET BT /F1 10 Tf 3 Tr 72 500 Td (invisible) Tj ET",
		"BT /F1 10 Tf 1 0 0 1 72 720 Tm (Sale items) Tj 1 0 0 1 140 720 Tm (stay.) Tj 1 0 0 1 72 600 Tm (The caf\\351 is shut.) Tj ET")
	got, err := blocks(t, "a.pdf", file)
	if want := "@1 # Returns|@1 Shoes can come back within\n30 days of purchase.|@2 Sale items stay.|@2 The café is shut."; err != nil || shownAs(got) != want {
		t.Errorf("%q, %v, want %q", shownAs(got), err, want)
	}
}

// TestPDFTypeset: what typesetters do to words is undone.
func TestPDFTypeset(t *testing.T) {
	line := func(y int, s string) string { return fmt.Sprintf("1 0 0 1 72 %d Tm (%s) Tj ", y, s) }
	file := pagesOf("BT /F1 10 Tf " + line(720, "The manip-") + line(708, "ulation of long-term loans is a long-") + line(696, "term plan, for A-") + line(684, "Z and 3-") + line(672, "4 of us.") + "ET")
	got, err := blocks(t, "a.pdf", file)
	if want := "@1 The manipulation of long-term loans is a long-term plan, for A- Z and 3- 4 of us."; err != nil || shownAs(got) != want {
		t.Errorf("%q, %v, want %q", shownAs(got), err, want)
	}
	got, err = blocks(t, "a.txt", "The \uFB01le\u2019s o\uFB03cial \uFB02oor")
	if want := "The file\u2019s official floor"; err != nil || shownAs(got) != want {
		t.Errorf("%q, %v, want %q", shownAs(got), err, want)
	}
}

// TestPDFHostile holds that files which are malformed, refer to themselves or unpack to
// more than they may end soon, without much memory.
func TestPDFHostile(t *testing.T) {
	bomb := packed("BT (" + strings.Repeat("a", 64<<20) + ") Tj ET")
	page := "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>"
	for name, file := range map[string]string{
		"a tree that is its own branch": pdfOf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"),
		"a parent that is its own":      pdfOf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Parent 2 0 R/Kids[3 0 R]/Count 1>>", page, packed("BT /F1 1 Tf (x) Tj ET")),
		"an outline in a circle":        pdfOf("<</Type/Catalog/Pages 2 0 R/Outlines 3 0 R>>", "<</Type/Pages/Kids[]/Count 0>>", "<</First 3 0 R/Next 3 0 R/Title(a)>>"),
		"a stream that unpacks to 64M":  pdfOf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", page, bomb),
		"a table that leads nowhere":    strings.Replace(pagesOf("BT (x) Tj ET"), "startxref\n", "startxref\n9", 1),
		"no end":                        pagesOf("BT (x) Tj ET")[:200],
		"a length beyond the file":      strings.Replace(pagesOf("BT (x) Tj ET"), "/Length ", "/Length 99999", 1),
		"many pages of one":             pdfOf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids["+strings.Repeat("3 0 R ", 30_000)+"]/Count 30000>>", page, packed("BT (x) Tj ET")),
		"deep arrays":                   pdfOf("<</Type/Catalog/Pages 2 0 R>>", strings.Repeat("[", 1_000_000)),
	} {
		before, began := heap(), time.Now()
		err := Read(context.Background(), "a.pdf", []byte(file), Limits{Time: 5 * time.Second}, func(Block) bool { return true })
		took, grown := time.Since(began), heap()-before
		t.Logf("%s: %v after %v", name, err, took.Round(time.Millisecond))
		if took > 20*time.Second || grown > 200<<20 {
			t.Errorf("%s: %v, %d MiB", name, took, grown>>20)
		}
	}
}

// TestPDFOpenString holds that a stream that ends within a string is an error and no loop,
// in a page's contents and in the streams of objects, and that a < in a text is none.
func TestPDFOpenString(t *testing.T) {
	for _, c := range []struct{ contents, want string }{
		{"BT /F1 10 Tf (a) Tj <", ""}, {"BT (b) Tj <41 42", ""}, {"BT (\\() Tj <4", ""}, {"% (\n<", ""},
		{"BT /F1 10 Tf 1 0 0 1 72 720 Tm (x < 5 \\) y) Tj ET", "@1 x < 5 ) y"}, {"BT /F1 10 Tf <3c> Tj ET % <", "@1 <"},
	} {
		got, err := blocks(t, "a.pdf", pagesOf(c.contents))
		if (err == nil) != (c.want != "") || shownAs(got) != c.want {
			t.Errorf("%q: %q, %v, want %q", c.contents, shownAs(got), err, c.want)
		}
	}
	// A stream of objects is read, also one so short that its end stands near its beginning.
	whole := strings.Replace(packed("7 0 (41)"), "<<", "<</Type/ObjStm/N 1/First 4", 1)
	file := pagesOf("BT /F1 10 Tf (x) Tj ET")
	file += "9 0 obj\n" + whole + "\nendobj\n" + file[strings.LastIndex(file, "startxref"):]
	if got, err := blocks(t, "a.pdf", file); err != nil || shownAs(got) != "@1 x" {
		t.Errorf("with a stream of objects: %q, %v", shownAs(got), err)
	}
	object := strings.Replace(packed("7 0 <41"), "<<", "<</Type/ObjStm/N 1/First 4", 1)
	if _, err := blocks(t, "a.pdf", pdfOf("<</Type/Catalog/Pages 2 0 R>>", object)); err == nil {
		t.Error("a stream of objects that ends within a string is read")
	}
}
