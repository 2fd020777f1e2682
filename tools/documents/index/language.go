package index

import (
	"maps"
	regex "regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/analysis/lang/hi"
	"github.com/blevesearch/bleve/v2/analysis/lang/it"
	"github.com/blevesearch/bleve/v2/analysis/lang/pt"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/token/ngram"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/regexp"
	"github.com/blevesearch/bleve/v2/mapping"
)

// thai analyses Thai, which puts no blanks between words: pairs and triples of characters.
const thai = "th"

// Languages are those whose words are reduced to stems: the eight of Llama 3.1.
var Languages = []string{"de", "en", "es", "fr", "hi", "it", "pt", thai}

// analysers are the names of bleve's analysers, by language.
var analysers = map[string]string{"de": de.AnalyzerName, "en": en.AnalyzerName, "es": es.AnalyzerName, "fr": fr.AnalyzerName,
	"hi": hi.AnalyzerName, "it": it.AnalyzerName, "pt": pt.AnalyzerName, thai: thai}

// stopWords are frequent words that tell the languages in Latin letters apart.
var stopWords = map[string][]string{
	"de": {"der", "die", "das", "und", "ist", "nicht", "ein", "eine", "mit", "für", "auf", "werden", "von", "zu", "den", "dem", "im", "sich", "auch", "oder"},
	"en": {"the", "and", "of", "to", "is", "are", "in", "that", "for", "with", "be", "on", "it", "or", "you", "this", "not", "by", "from", "at"},
	"es": {"el", "los", "las", "que", "y", "una", "por", "con", "para", "es", "del", "se", "no", "en", "su", "al", "como", "más", "pero", "está"},
	"fr": {"le", "les", "des", "et", "est", "une", "dans", "pour", "que", "qui", "du", "pas", "sur", "au", "avec", "ce", "sont", "vous", "par", "ou"},
	"it": {"il", "che", "di", "e", "gli", "una", "per", "con", "non", "sono", "della", "del", "è", "nel", "alla", "anche", "si", "dei", "le", "come"},
	"pt": {"o", "os", "e", "que", "não", "uma", "para", "com", "do", "da", "em", "um", "por", "no", "na", "se", "dos", "mais", "ao", "são"},
}

var stops = func() map[string][]string {
	out := map[string][]string{} // languages by word
	for _, l := range slices.Sorted(maps.Keys(stopWords)) {
		for _, w := range stopWords[l] {
			out[w] = append(out[w], l)
		}
	}
	return out
}()

// maxSample is how much of a text is looked at to tell its language, in bytes.
const maxSample = 16 << 10

// Language tells the language of a text, by its script and its frequent words; English if
// nothing tells.
func Language(text string) string {
	if len(text) > maxSample {
		text = text[:maxSample]
	}
	latin, hindi, thais := 0, 0, 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Devanagari, r):
			hindi++
		case unicode.Is(unicode.Thai, r):
			thais++
		case unicode.IsLetter(r):
			latin++
		}
	}
	switch {
	case hindi > latin:
		return "hi"
	case thais > latin:
		return thai
	}
	counts := map[string]int{}
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		for _, l := range stops[w] {
			counts[l]++
		}
	}
	best := "en"
	for _, l := range Languages {
		if counts[l] > counts[best] {
			best = l
		}
	}
	return best
}

// newMapping says how rows are indexed: their type is their language.
func newMapping() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	if err := m.AddCustomTokenFilter("thai_ngram", map[string]any{"type": ngram.Name, "min": 2.0, "max": 3.0}); err != nil {
		return nil, err
	}
	if err := m.AddCustomTokenizer("thai_runs", map[string]any{"type": regexp.Name, "regexp": `\p{Thai}+|[\p{L}\p{N}]+`}); err != nil {
		return nil, err
	}
	if err := m.AddCustomAnalyzer(thai, map[string]any{"type": custom.Name, "tokenizer": "thai_runs", "token_filters": []any{lowercase.Name, "thai_ngram"}}); err != nil {
		return nil, err
	}
	keyword := bleve.NewKeywordFieldMapping()
	keyword.Store, keyword.DocValues, keyword.IncludeInAll, keyword.IncludeTermVectors = false, false, false, false
	kept := bleve.NewKeywordFieldMapping()
	kept.Index, kept.DocValues, kept.IncludeInAll, kept.IncludeTermVectors = false, false, false, false
	for _, l := range Languages {
		body := bleve.NewTextFieldMapping()
		body.Analyzer = analysers[l]
		body.Store, body.DocValues, body.IncludeInAll, body.IncludeTermVectors = false, false, false, false
		d := bleve.NewDocumentStaticMapping()
		d.AddFieldMappingsAt(fieldBody, body)
		for _, name := range []string{fieldFile, fieldFolder, fieldText, fieldKind} {
			d.AddFieldMappingsAt(name, keyword)
		}
		d.AddFieldMappingsAt(fieldStored, kept)
		m.AddDocumentMapping(l, d)
	}
	m.DefaultMapping = bleve.NewDocumentDisabledMapping()
	m.StoreDynamic, m.IndexDynamic, m.DocValuesDynamic = false, false, false
	return m, nil
}

// analyserSet analyses text by language.
type analyserSet struct{ mapping mapping.IndexMapping }

// terms are the different terms of a query, in each of the languages.
func (a analyserSet) terms(query string, languages []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, l := range languages {
		for _, t := range a.analyse(joined(query), l) {
			if term := string(t.Term); !seen[term] {
				seen[term] = true
				out = append(out, term)
			}
		}
	}
	return out
}

// hyphenated are compounds with hyphens between.
var hyphenated = regex.MustCompile(`\p{L}{1,20}(?:[-\x{2010}\x{2011}]\p{L}{1,20}){1,3}`)

// joined adds the compounds of a text in one word, as others write them: back-up, backup.
func joined(text string) string {
	found := hyphenated.FindAllString(text, -1)
	if found == nil {
		return text
	}
	for _, w := range found {
		text += " " + strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return r
			}
			return -1
		}, w)
	}
	return text
}

func (a analyserSet) analyse(text, language string) analysis.TokenStream {
	an := a.mapping.AnalyzerNamed(analysers[language])
	if an == nil {
		return nil
	}
	return an.Analyze([]byte(text))
}
