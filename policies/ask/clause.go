package ask

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// MaxText bounds the bytes of a message that are read, MaxClauses the clauses of a run, MaxWords
// the words that are read as one sentence, MaxAsks the requests that are looked at.
const (
	MaxText    = 32 << 10
	MaxClauses = 2000
	MaxWords   = 300
	MaxAsks    = 50
)

// Condition is what a request depends on.
type Condition struct {
	Text   string
	Unless bool
	Mine   bool // it is the user's word that is waited for
	Lost   bool // it points back to what nobody said
}

// kind is what a clause is.
type kind uint8

const (
	plain    kind = iota // an order, if its verb is one
	asking               // a question
	reported             // what somebody else says or wants
	supposed             // what might be
	subordinate
)

// clause is a part of what the user said.
type clause struct {
	words    []token
	text     string
	apart    []string // what is taken out of what it asks for: all but …
	kind     kind
	lang     lang
	corrects bool // it puts the clause whose verb it takes right
	offered  bool // the assistant's offer, to which the user agreed
	contrast bool // it stands against the one before it
	begins   bool // it begins its sentence
	begged   bool // its sentence has a word of courtesy
	asked    bool // its sentence ends with a question mark
	tells    bool // what follows is what it tells: it has a verb of saying, and a colon behind it
	content  int  // the word from which on it is what is to be written or told
	later    bool // for another time
	aimed    bool // its thing is for that time: "bake 40 rolls for tomorrow"
	await    bool // until a word of the user's
	cond     []Condition
	message  int
	sentence int
	subjects int    // joints between things that its verb behind them all is for
	verbOf   int    // the clause whose verb is this one's, which has none
	either   bool   // "or" joins it to the clause before
	denies   bool   // it said of a part of an order that it is not that
	askedOf  string // what the user's message before asked, if they asked one thing
	rewrites int    // the clause that put its order right, and one; 0 if it is as the user said it
	joins    *open  // the order that it goes on with, if it is read from that and the answer to a question
}

// Said is everything that the user said in a run, in order.
type Said struct {
	clauses   []clause
	verbs     map[string]bool // of the run's own tools, in English
	things    map[string]bool // what those work on
	deeds     map[string]bool // the Thai verbs of those tools
	declared  []stemOf        // verbs of other languages that they declare and no list has
	offer     string          // what the assistant said last
	open      open            // what the user said last, if an answer may go on with it
	tongue    lang            // of the message
	marked    bool            // it has signs of that language only
	meant     string          // what the user said last, as it was meant
	right     []putRight      // what was put right
	meantFrom int             // its first clause
	messages  int
	prompted  []bool   // which of the messages answer a question of the assistant's
	worded    []bool   // which of them answer what is to be written
	replied   []bool   // which of them come after a word of the assistant's
	written   []string // the messages as they are
	sentence  int
}

// Written is what the user said, as it was written.
func (s *Said) Written() string { return strings.Join(s.written, "\n") }

// Read reads the user's messages.
func Read(texts ...string) *Said {
	s := &Said{}
	for _, t := range texts {
		s.Add(t)
	}
	return s
}

// Knows takes up the verbs of the tools' own names, so that they are read as verbs in what is
// added from here on.
func (s *Said) Knows(list ...Acts) {
	if s.verbs == nil {
		s.verbs, s.things, s.deeds = map[string]bool{}, map[string]bool{}, map[string]bool{}
	}
	for _, a := range list {
		for _, v := range a.named {
			v, _, _ = strings.Cut(v, "+") // "bump up"
			if isASCII(v) && len(v) > 2 && !enVerbs[v] && knownIn[v] == 0 {
				s.verbs[v] = true
			}
		}
		for _, st := range a.stems[th] {
			s.deeds[st.text] = true
		}
		for l, stems := range a.declares {
			for _, st := range stems {
				if len(st.text) > 2 {
					s.declared = append(s.declared, stemOf{st, l})
				}
			}
		}
		for _, n := range a.nouns {
			if !slices.Contains(a.named, n) {
				s.things[n] = true
			}
		}
	}
}

// knows marks a word that is, or is a form of, a verb of the run's own tools.
func (s *Said) knows(t *token) {
	t.thing, t.deed = s.things[t.text], s.deeds[t.text]
	for _, d := range s.declared {
		if d.particle == "" && t.inFirst(d.text, d.lang) {
			t.self |= d.lang
		}
		if d.particle == "" && t.own&d.lang == 0 && !t.sign && !falseFriends[t.text] && verbForm(t.fold, d.text, d.lang) == ordering {
			t.own |= d.lang
		}
	}
	if len(s.verbs) == 0 || t.verb || !isASCII(t.text) {
		return
	}
	if s.verbs[t.text] {
		t.verb, t.noun = true, true
		return
	}
	for v := range s.verbs {
		if f := english(t.text, v); f == doing || f == done {
			t.bent = true
		}
	}
}

// knowsApart marks German verbs of the run's own tools whose particle stands behind them: "stocken Sie … auf".
func (s *Said) knowsApart(list []token) {
	for _, d := range s.declared {
		if d.particle == "" || d.lang != de {
			continue
		}
		last := -1
		for i := len(list) - 1; i >= 0; i-- {
			t := &list[i]
			if t.text == d.particle && (i+1 == len(list) || list[i+1].sign || list[i+1].text == "und" || list[i+1].text == "oder") {
				last = i
			}
			if last > i && !t.sign && !t.quoted && !t.code() && (!falseFriends[t.text] || t.fold == d.text) && verbForm(t.fold, d.text, de) == ordering && (!t.capped || i == 0 || list[i-1].sign) {
				t.own |= de
			}
		}
	}
}

// Add reads one more message of the user's.
func (s *Said) Add(text string) {
	if len(text) > MaxText {
		text = strings.ToValidUTF8(text[:MaxText], "")
	}
	text = s.notOld(pickNamed(s.pick(norm.NFC.String(text))))
	question := s.offer
	s.marked = false
	s.messages++
	s.replied = append(s.replied, question != "")
	s.prompted = append(s.prompted, strings.Contains(question, "?") || strings.Contains(question, "ไหม"))
	s.worded = append(s.worded, s.asksWords(question))
	s.written = append(s.written, text)
	first := len(s.clauses)
	quotes := quotesOf(text)
	if s.tongue = s.spokenIn(tokens(text)); s.tongue&(hi|th) == 0 && strings.ContainsAny(text, "¿¡") {
		s.tongue, s.marked = es, true // no other language has these signs
	}
	list := sentences(text, quotes)
	if meant, ok := s.meantAs(text, list); ok && len(meant) <= MaxText {
		s.right = append(s.right, putRight{s.messages, s.messages, text, meant})
		text, quotes = meant, quotesOf(meant)
		list = sentences(text, quotes)
	}
	for _, at := range list {
		if len(s.clauses) >= MaxClauses {
			break
		}
		s.sentence++
		s.read(text, at, quotes)
	}
	if s.worded[s.messages-1] {
		s.onlyWords(first)
	}
	s.passesOn(text, list, first)
	s.agreed(first)
	s.recallsQuestion(first)
	if s.acceptsWith(text, question) {
		return
	}
	if s.mendBefore(first, text, list, question) {
		s.open = open{text: s.meant, from: s.meantFrom, to: len(s.clauses)}
		return
	}
	if first > 0 && s.meant != "" && len(text)+len(s.meant) <= maxMended && !s.worded[s.messages-1] && s.restStands(text, list) {
		for i := s.meantFrom; i < first; i++ {
			s.clauses[i].await = true
		}
	}
	s.correct(first)
	s.relate(first)
	s.rewrite(first)
	s.open = s.ordered(text, list, first, question)
	if s.meant, s.meantFrom = s.open.text, s.open.from; s.meant == "" {
		s.meant, s.meantFrom = text, first
	}
}

// read cuts a sentence into clauses.
func (s *Said) read(text string, at stretch, quotes []stretch) {
	list := tokens(text[at.from:at.to])
	for i := range list {
		list[i].at += at.from
		list[i].end += at.from
		list[i].n = i
		s.knows(&list[i])
		for _, q := range quotes {
			list[i].quoted = list[i].quoted || list[i].at >= q.from && list[i].end <= q.to
		}
	}
	s.knowsApart(list)
	for len(list) > MaxWords { // a row of words without an end
		s.clausesOf(text, at, list[:MaxWords])
		list = list[MaxWords:]
	}
	if len(list) > 0 {
		s.clausesOf(text, at, list)
	}
}

// clausesOf cuts the words of a sentence into clauses.
func (s *Said) clausesOf(text string, at stretch, list []token) {
	c := cutter{text: text, list: list, lang: s.tongueOf(list), at: at}
	nos := unstretch(list, c.lang)
	mark(list, c.lang)
	forKin(list)
	at.asked = at.asked || unmarked(list, c.lang)
	s.jussive(list, c.lang, at.asked)
	c.at = at
	takeBack(list, nos)
	soothe(list)
	c.cut()
	alone := true // nothing but a condition: "but only if it is late"
	for i := range c.out {
		alone = alone && ((&clause{words: c.out[i].words}).only(opener|contrast|and|pronoun|frame) || onlyLimits(c.out[i].words)) && len(c.out[i].apart) == 0
	}
	if alone {
		c.cond = s.resolve(text[at.from:at.to], c.cond, nil)
	}
	if alone && len(c.cond) > 0 {
		for j := len(s.clauses) - 1; j >= 0 && s.clauses[j].message == s.messages; j-- {
			s.clauses[j].cond = append(s.clauses[j].cond[:len(s.clauses[j].cond):len(s.clauses[j].cond)], c.cond...)
		}
		return
	}
	off := putsOff(list, c.lang)
	for i := range c.out {
		k := &c.out[i]
		k.message, k.sentence, k.lang, k.asked, k.verbOf = s.messages, s.sentence, c.lang, at.asked, -1
		k.begins = i == 0
		k.begged = slices.ContainsFunc(list, func(t token) bool { return !t.quoted && (courtesy[t.text]|requests[t.text])&c.lang != 0 })
		k.text = joined(text, k.words)
		k.content = contentOf(k)
		k.kind = kindOf(k, c.out[:i])
		k.later, k.await = k.postponed(), off || k.awaits() || k.previews() || k.upon()
	}
	if at := slices.IndexFunc(c.out, func(k clause) bool { return k.hasOf(mine, 0) == k.opened() && k.looksFirst() }); at > 0 {
		for i := range at {
			c.out[i].await = true // "…, ich schaue vorher selbst noch drüber"
		}
	}
	s.voices(c.out)
	if slices.ContainsFunc(c.out, func(k clause) bool { return k.delays() }) {
		for j := len(s.clauses) - 1; j >= 0 && s.clauses[j].message == s.messages; j-- {
			s.clauses[j].await = true
		}
	}
	c.cond = s.resolve(text[at.from:at.to], c.cond, c.out)
	s.hinge(&c)
	if at.asked && tagged(c.out) {
		for i := range c.out {
			if k := &c.out[i]; k.kind == plain && k.hasOf(requests, 0) < 0 {
				k.kind = asking
			}
		}
	}
	thaiAsks := c.lang&th != 0 && asksThai(list)
	if c.lang&th != 0 && thaiDone(list) && !slices.ContainsFunc(list, func(t token) bool { return t.starts&frame != 0 && !thaiEnds[t.text] }) {
		for i := range c.out {
			if c.out[i].kind == plain {
				c.out[i].kind = asking
			}
		}
	}
	if (at.asked || thaiAsks) && doubts(list, c.lang) {
		for i := range c.out {
			if c.out[i].kind == plain {
				c.out[i].kind = asking
			}
		}
	}
	if len(c.out) == 1 && at.asked && len(c.out[0].words) <= 4 && c.out[0].kind == plain && c.out[0].find(frame, 0, 4) < 0 && !c.out[0].doesForMe(c.out[0].opened()) {
		c.out[0].kind = asking // "Approve it?"
	}
	if at.asked && !slices.ContainsFunc(c.out, func(k clause) bool {
		return k.kind == reported || k.kind == supposed || k.find(frame, 0, len(k.words)) >= 0 || k.hasOf(requests, 0) >= 0 || k.hasOf(courtesy, 0) >= 0 || k.doesForMe(k.opened()) || k.favours()
	}) {
		for i := range c.out {
			if k := &c.out[i]; k.kind == plain && k.asksPassive() < 0 && (k.verbFirst() || c.lang&(hi|th) == 0 && i+1 == len(c.out)) {
				k.kind = asking // "Put Leo in C-4?"
			}
		}
	}
	before := len(s.clauses)
	s.clauses = append(s.clauses, c.out...)
	if enquires(c.out, list, at.asked, c.lang) {
		if c.lang&th != 0 { // whose sentences have no ends
			before = len(s.clauses)
		}
		s.enquired(s.clauses[:before])
	}
}

// upon reports whether a Hindi clause says upon what it is to be done: "बॉस के हाँ कहने पर".
func (c *clause) upon() bool {
	if c.lang != hi {
		return false
	}
	for i := 0; i+2 < len(c.words); i++ {
		if t := &c.words[i]; strings.HasSuffix(t.text, "ने") && len(t.text) > len("ने")+3 && !t.capped && c.words[i+1].text == "पर" && t.text != "अपने" && t.text != "सामने" && t.text != "पुराने" {
			return true
		}
	}
	return false
}

// joined is the text of words, and of what stands between words that follow each other.
func joined(text string, words []token) string {
	var b strings.Builder
	for i := 0; i < len(words); {
		j := i
		for j+1 < len(words) && words[j+1].n == words[j].n+1 {
			j++
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		end := words[j].end
		for end < len(text) && strings.IndexByte(`./\*_-+#`, text[end]) >= 0 {
			end++
		}
		tail := end
		for tail < len(text) && strings.IndexByte(` ./\*_-`, text[tail]) >= 0 { // go test ./...
			tail++
		}
		if tail > end+2 && text[tail-1] == ' ' {
			end = tail - 1
		}
		b.WriteString(text[words[i].at:end])
		i = j + 1
	}
	return b.String()
}

// find returns the first word in a range at which a phrase of a class begins, or −1.
func (c *clause) find(k cue, from, to int) int {
	for i := max(from, 0); i < min(to, len(c.words)); i++ {
		if c.words[i].starts&k != 0 {
			return i
		}
	}
	return -1
}
