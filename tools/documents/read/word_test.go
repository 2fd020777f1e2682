package read

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"strings"
	"testing"
)

// docx is an archive of parts.
func docx(t testing.TB, parts map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "word/styles.xml", "word/document.xml"} {
		text, ok := parts[name]
		if !ok {
			continue
		}
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const (
	wordOpen  = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`
	wordClose = `</w:body></w:document>`
	wordStyle = `<?xml version="1.0"?><w:styles xmlns:w="x"><w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="Own"><w:name w:val="Own"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style></w:styles>`
)

func TestWord(t *testing.T) {
	body := `<w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>Returns</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">Shoes can </w:t></w:r><w:r><w:t>come back</w:t></w:r><w:del><w:r><w:delText>never</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t> unseen</w:t></w:r><w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t> white</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>.</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Own"/></w:pPr><w:r><w:br w:type="page"/><w:t>Sale</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>an item</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>kettle</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>49.90</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`
	got, err := blocks(t, "a.docx", docx(t, map[string]string{"word/document.xml": wordOpen + body + wordClose, "word/styles.xml": wordStyle}))
	if want := "# Returns|Shoes can come back.|@2 ## Sale|@2 - an item|@2 kettle; 49.90"; err != nil || shownAs(got) != want {
		t.Errorf("%q, %v, want %q", shownAs(got), err, want)
	}
}

// TestWordBombs holds that archives and XML that unpack to more than they may are errors.
func TestWordBombs(t *testing.T) {
	entity := `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>` + wordOpen[len(`<?xml version="1.0"?>`):] + `<w:p><w:r><w:t>&c;</w:t></w:r></w:p>` + wordClose
	deep := wordOpen + strings.Repeat("<w:p>", 100_000)
	for name, file := range map[string]string{
		"an entity":  docx(t, map[string]string{"word/document.xml": entity}),
		"nesting":    docx(t, map[string]string{"word/document.xml": deep}),
		"cut short":  docx(t, map[string]string{"word/document.xml": wordOpen + "<w:p><w:r><w:t>a"}),
		"no text":    docx(t, map[string]string{"word/styles.xml": wordStyle}),
		"a zip bomb": zipBomb(t),
	} {
		before := heap()
		got, err := blocks(t, "a.docx", file)
		if err == nil {
			t.Errorf("%s: no error, %d blocks", name, len(got))
		}
		if grown := heap() - before; grown > 200<<20 && !testing.Short() { // the race detector takes more
			t.Errorf("%s: %d MiB", name, grown>>20)
		}
	}
}

// zipBomb is an archive of half a megabyte whose document unpacks to half a gigabyte.
func zipBomb(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	f, err := w.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(f, wordOpen+"<w:p><w:r><w:t>")
	chunk := bytes.Repeat([]byte("a "), 1<<19)
	for range 512 {
		if _, err := f.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
