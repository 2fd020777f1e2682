package tools

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/chaski-dev/chaski/tools/schema"
)

// Canonical returns the canonical form of a JSON document: keys sorted by their bytes,
// no white space, one spelling for each number and string. It refuses what has no
// single meaning; see [schema.Decode].
func Canonical(data []byte) (json.RawMessage, error) { return schema.Canonical(data) }

// CallID returns the identity of a call, 64 hexadecimal digits: the SHA-256 of its run,
// step, index within the step, tool and canonical arguments, each preceded by its
// length, so that no two calls share an input.
func CallID(run string, step, index int, tool string, arguments []byte) string {
	h := sha256.New()
	for _, part := range []string{"chaski call 1", run, strconv.Itoa(step), strconv.Itoa(index), tool, string(arguments)} {
		h.Write(strconv.AppendInt(nil, int64(len(part)), 10))
		h.Write([]byte{':'})
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Fingerprint returns the text by which a spec is published, and its revision: the first
// 16 hexadecimal digits of the text's SHA-256.
func (s Spec) Fingerprint() (text []byte, revision string, err error) {
	s.Revision = ""
	s.Effect = s.EffectOrOnce()
	if text, err = json.Marshal(s); err != nil {
		return nil, "", err
	}
	return text, Revision(text), nil
}

// Revision returns the revision of a published spec text.
func Revision(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
