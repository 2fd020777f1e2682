package index

import (
	"encoding/json"
	"fmt"
	"time"
)

// Record says what the index holds of a file.
type Record struct {
	File     string    `json:"file"` // as it is cited, with slashes
	Folders  []string  `json:"folders"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	Fresh    bool      `json:"fresh,omitempty"` // it had just been changed when it was read: equal times prove nothing
	Hash     string    `json:"hash"`            // of its bytes, SHA-256 in hexadecimal
	Language string    `json:"language,omitempty"`
	Title    string    `json:"title,omitempty"`
	Passages int       `json:"passages"`
	Tokens   int       `json:"tokens"`          // of all passages, as they are counted for BM25
	Error    string    `json:"error,omitempty"` // why it could not be read, or not to its end
	Partial  bool      `json:"partial,omitempty"`
}

// Passage is what is retrieved.
type Passage struct {
	File    string   `json:"file"`
	Folders []string `json:"folders"`
	Number  int      `json:"number"` // within the file, from 1
	Page    int      `json:"page,omitempty"`
	Last    int      `json:"last,omitempty"` // page on which it ends, if that is another one
	Heading string   `json:"heading,omitempty"`
	Text    string   `json:"text"`
	Hash    string   `json:"hash"` // of the text, 16 digits in hexadecimal
}

// The ids of the index's documents.
func passageID(file string, number int) string { return fmt.Sprintf("%s\x00%07d", file, number) }
func recordID(file string) string              { return "\x01" + file }

// The index's fields.
const (
	fieldBody   = "body"   // analysed
	fieldFile   = "file"   // of a passage
	fieldFolder = "folder" // of a passage
	fieldText   = "hash"   // of a passage's text, for vectors
	fieldStored = "stored" // JSON
	fieldKind   = "kind"   // of a record
	kindRecord  = "record"
)

// row is a document of the index.
type row struct {
	language string
	Body     string   `json:"body,omitempty"`
	File     string   `json:"file,omitempty"`
	Folder   []string `json:"folder,omitempty"`
	Hash     string   `json:"hash,omitempty"`
	Kind     string   `json:"kind,omitempty"`
	Stored   string   `json:"stored"`
}

// BleveType chooses the analyser.
func (r *row) BleveType() string { return r.language }

func stored(v any) string {
	b, _ := json.Marshal(v) // of strings and numbers
	return string(b)
}
