package ask

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText bounds the bytes of a message that are read, MaxClauses the clauses of a run.
const (
	MaxText    = 32 << 10
	MaxClauses = 2000
)

// kind is what a clause is.
type kind uint8

const (
	statement kind = iota
	request
	question
)

// Condition is what a request depends on.
type Condition struct {
	Text   string
	Unless bool
}

// clause is a part of what the user said.
type clause struct {
	text     string // as written
	words    []word
	kind     kind
	polite   bool // the sentence asks, by "please", "could you" or the like
	report   int  // the word from which on somebody else speaks; −1 if nobody does
	negated  int  // the word from which on it is negated; −1 if it isn't
	cond     []Condition
	utterant int // which message
	sentence int
}

// Said is everything that the user said in a run, in order.
type Said struct {
	clauses  []clause
	messages int
	sentence int
}

// sentenceEnd finds where sentences end: a mark and a blank after it, or a line's end.
var sentenceEnd = regexp.MustCompile(`[.!?…。！？।]+["'”’)\]]*(?:\s|$)|[;\n]+`)

// polite are the ways in which a question or a statement asks for something.
var polite = regexp.MustCompile(`(?i)\b(?:please|pls|plz|kindly|(?:can|could|will|would|may|might) (?:you|u|we|i (?:get|have|receive))|would you mind|i(?: a|')?m (?:asking|requesting)|i want|i need|i(?:'d| would) (?:like|love|prefer|want|appreciate)|we (?:want|need|would like)|i wish|let's|let us|make sure|be sure|be so kind|feel free|go ahead|don't forget|do not forget|remember to|help me|do me a fav|your (?:task|job) is|time to|should be|must be|needs? to be|have to be|has to be|(?:you|we) (?:should|must|need to|have to|can|may)|i expect|mind if you)\b|(?i)(?:^|[ ,])(?:bitte|kannst du|könntest du|können sie|könnten sie|würdest du|würden sie|ich möchte|ich will|ich brauche|ich hätte gern|wir möchten|sollst du|s'il (?:te|vous) plaît|stp|svp|peux-tu|pouvez-vous|pourrais-tu|pourriez-vous|tu peux|vous pouvez|je veux|je voudrais|j'aimerais|il faut|merci de|por favor|puedes|podrías|puede usted|podría|quiero|quisiera|me gustaría|necesito|per favore|per piacere|puoi|potresti|può|potrebbe|voglio|vorrei|mi serve|ho bisogno|você pode|pode|poderia|quero|gostaria|preciso|कृपया|क्या आप|क्या तुम|मुझे|चाहिए|กรุณา|โปรด|ช่วย|ขอ|อยาก)(?:[ ,]|$)`)

// pleases are the words that make a request of a question.
var pleases = regexp.MustCompile(`(?i)(?:^|[ ,])(?:please|pls|plz|kindly|bitte|s'il (?:te|vous) plaît|stp|svp|por favor|per favore|कृपया)(?:[ ,]|$)|กรุณา|โปรด`)

// thai has no blanks: its words for requests and bans stand anywhere.
var thaiPolite = regexp.MustCompile(`กรุณา|โปรด|ช่วย|ขอ|หน่อย|ให้ฉัน|ให้ผม`)

// negators begin what is negated: up to the end of the clause.
var negators = regexp.MustCompile(`(?i)(?:^|[ ,"'(])(?:do not|don't|dont|don’t|does not|doesn't|must not|mustn't|should not|shouldn't|shouldnt|should never|can't|cannot|won't|will not|would not|wouldn't|not|never|no longer|no|none of|neither|nor|without|stop|avoid|refrain from|instead of|rather than|hold off(?: on)?|under no circumstances|no need to|quit|nicht|kein|keine|keinen|keinem|keiner|nie|niemals|ohne|statt|anstatt|ne|n'\p{L}+|jamais|sans|pas de|pas d'|aucun|aucune|au lieu de|no|nunca|jamás|sin|ningún|ninguna|en vez de|non|mai|senza|nessun|nessuna|invece di|não|nao|jamais|sem|nenhum|nenhuma|em vez de|मत|नहीं|न|ना|कभी नहीं|बिना)(?:[ ,.!?]|$)|อย่า|ไม่|ห้าม`)

// after negate what stands before them.
var after = regexp.MustCompile(`(?i)(?:^|[ ,])(?:(?:is|are|was|were) (?:not|n't)|isn't|aren't|not (?:yet|now|needed|necessary|required|today|anymore|any more)|nicht(?: nötig| jetzt| mehr)?|lieber nicht|pas(?: encore| maintenant)?|मत|नहीं|todavía no|aún no|non ancora|ainda não)[.! ]*$|मत (?:करना|करो|करें|कीजिए|भेजो|भेजना|भेजें|हटाओ|हटाना|हटाएँ|दो|देना)|(?:ne|n')\P{L}.*\bpas\b`)

// harmless are phrases that negate nothing.
var harmless = regexp.MustCompile(`(?i)(?:don't|don’t|do not|never|without) (?:forget|hesitate|worry|wait|fail|mind|delay|bother asking)|not only|why not|if not|whether or not|no problem|no worries|no rush|no matter|as soon as|not sure|no\. ?\d|nicht vergessen|vergiss nicht|n'oublie(?:z)? pas|no olvides|no te olvides|non dimenticare|não (?:se )?esqueça|मत भूल|อย่าลืม`)

// conditional begins a condition.
var conditional = regexp.MustCompile(`(?i)(?:^|[ ,(])(if|unless|when|once|whenever|in case|provided(?: that)?|as long as|assuming|should it|only if|wenn|falls|sobald|es sei denn|si|lorsque|à moins que|au cas où|cuando|siempre que|a menos que|se|qualora|a meno che|quando|caso|a não ser que|अगर|यदि|ถ้า|หาก)[ ,]`)

// Read reads the user's messages.
func Read(texts ...string) *Said {
	s := &Said{}
	for _, t := range texts {
		s.Add(t)
	}
	return s
}

// Add reads one more message of the user's.
func (s *Said) Add(text string) {
	if len(text) > MaxText {
		text = strings.ToValidUTF8(text[:MaxText], "")
	}
	s.messages++
	from := 0
	for _, at := range append(sentenceEnd.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		if at[0] < from || at[0] < len(text) && text[at[0]] != '\n' && !wordEnds(text[:at[0]]) {
			continue
		}
		mark := text[at[0]:at[1]]
		if sentence := strings.TrimSpace(text[from:at[0]]); sentence != "" && len(s.clauses) < MaxClauses {
			s.sentence++
			s.read(sentence, strings.ContainsAny(mark, "?？"))
		}
		from = at[1]
	}
}

// wordEnds reports whether a text ends as a sentence does: "./..." is none.
func wordEnds(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || strings.ContainsRune("\"'”’»)]%€$*_`", r))
}

// read cuts a sentence into clauses and tells what they are.
func (s *Said) read(sentence string, asked bool) {
	var cond []Condition
	first := len(s.clauses)
	polites := polite.MatchString(sentence) || thaiPolite.MatchString(sentence)
	words := wordsOf(sentence, 0)
	for i, part := range segments(sentence) {
		part, conds := conditions(part)
		cond = append(cond, conds...)
		c := clause{text: part, words: wordsOf(part, 0), utterant: s.messages, sentence: s.sentence, negated: -1, report: -1}
		if len(c.words) == 0 {
			continue
		}
		c.negated = negation(part, c.words)
		if i > 0 && c.negated < 0 && len(s.clauses) > first && strings.Contains(" "+strings.ToLower(part)+" ", " or ") && s.clauses[len(s.clauses)-1].negated >= 0 {
			c.negated = 0 // don't delete, move or rename
		}
		c.report = reports(c.words)
		c.polite = polites
		switch {
		case c.report == 0:
		case (begins(words) || begins(c.words)) && !pleases.MatchString(sentence):
			c.kind, c.polite = question, false
		case polites:
			c.kind = request
		case asked && !ordered(words):
			c.kind = question
		default:
			c.kind = request // if its verb is an imperative
		}
		s.clauses = append(s.clauses, c)
	}
	for i := first; i < len(s.clauses); i++ {
		s.clauses[i].cond = cond
		if i > first && s.clauses[i-1].report == 0 && s.clauses[i].kind == request && !s.clauses[i].polite {
			s.clauses[i].report, s.clauses[i].kind = 0, statement // what they want goes on
		}
	}
}

// begins reports whether the words begin a question.
func begins(words []word) bool {
	for i, w := range words {
		if openers[w.text] && w.text != "do" {
			continue
		}
		next := ""
		if i+1 < len(words) {
			next = words[i+1].text
		}
		if w.text == "have" || w.text == "do" {
			return slices.Contains([]string{"you", "i", "we", "they", "he", "she", "it"}, next)
		}
		return questions[w.text]
	}
	return false
}

// ordered reports whether the words begin with the verb of an order.
func ordered(words []word) bool {
	for _, w := range words {
		if !openers[w.text] {
			return common[w.text] || imperative(w.text)
		}
	}
	return false
}

// reports returns the word from which on somebody else speaks, "the mail says that you
// should …", or −1. Where an order comes first only what follows is theirs.
func reports(words []word) int {
	for i, w := range words {
		if !reporting[w.text] || i == 0 {
			continue
		}
		if before := words[i-1].text; speakers[before] || before == "to" || determiners[before] {
			continue
		}
		if slices.Contains([]string{"wrote", "writes", "writing"}, w.text) && i+1 < len(words) && !slices.Contains([]string{"that", "to", "me", "us"}, words[i+1].text) {
			continue // wrote about it: a text, not a wish
		}
		if ordered(words) {
			return i
		}
		return 0
	}
	return -1
}

// negation returns the word from which on a clause is negated, −1 if it is not.
func negation(text string, words []word) int {
	plain := harmless.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat(" ", len(s)) })
	if after.MatchString(plain) {
		return 0
	}
	at := negators.FindStringIndex(plain)
	if at == nil {
		return -1
	}
	if i := slices.IndexFunc(words, func(w word) bool { return w.at >= at[0] }); i >= 0 {
		return i
	}
	return max(len(words)-1, 0)
}

// conditions takes the conditions out of a clause.
func conditions(text string) (string, []Condition) {
	at := conditional.FindStringSubmatchIndex(text)
	if at == nil {
		return text, nil
	}
	word := strings.ToLower(text[at[2]:at[3]])
	c := Condition{Text: strings.TrimSpace(text[at[1]:]), Unless: slices.Contains([]string{"unless", "es sei denn", "à moins que", "a menos que", "a meno che", "a não ser que"}, word)}
	if c.Text == "" {
		return text, nil
	}
	return text[:at[0]], []Condition{c}
}

// joints are where a sentence may be cut: signs, and words that go on with another verb.
var joints = regexp.MustCompile(`(?i)[,:()—–]+\s*|\s+(?:and|but|then|so|because|while|und|aber|dann|weil|et|mais|puis|car|y|pero|luego|porque|e|ma|poi|perché|mas|depois|और|लेकिन|फिर|แล้ว|แต่)\s+`)

// segments cuts a sentence where a verb, a negation, a condition or a question begins;
// what begins otherwise belongs to the part before it.
func segments(sentence string) []string {
	var out []string
	from := 0
	joined := joints.FindAllStringIndex(sentence, -1)
	for _, at := range joined {
		if at[0] == 0 || !starts(sentence[at[1]:]) && !ends(sentence[from:at[0]]) {
			continue
		}
		out = append(out, strings.TrimSpace(sentence[from:at[0]]))
		from = at[1]
	}
	return append(out, strings.TrimSpace(sentence[from:]))
}

// ends reports whether a part is a condition or an address, after which a clause begins.
func ends(part string) bool { return conditional.MatchString(strings.TrimSpace(part) + " ") }

// starts reports whether a clause begins here.
func starts(text string) bool {
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "")
	}
	words := wordsOf(text, 0)
	if begins(words) {
		return true
	}
	for i, w := range words {
		if i > 6 {
			return false
		}
		if openers[w.text] {
			continue
		}
		if common[w.text] || imperative(w.text) || questions[w.text] || speakers[w.text] {
			return true
		}
		if at := negators.FindStringIndex(text); at != nil && at[0] <= w.at+1 {
			return true
		}
		if at := conditional.FindStringIndex(text); at != nil && at[0] <= w.at+1 {
			return true
		}
		return polite.FindStringIndex(text) != nil && polite.FindStringIndex(text)[0] <= w.at+1 || unicode.Is(unicode.Thai, []rune(w.text)[0])
	}
	return false
}
