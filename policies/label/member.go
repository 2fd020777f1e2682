package label

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// memberSayings are what the numbers of a record are called by tools, and how people say them: "what we owe her" is
// her balance.
var memberSayings = []struct {
	names string
	said  *regexp.Regexp
}{
	{"balance outstanding owed due debt amount_due open_amount", sayings(`balance|outstanding|owes?|owed|guthaben|saldo|schulden|schuldet|schuldest|geschuldet|offene[nrs]? betrag|solde|devons|doit|saldo|dobbiamo|deve|debemos|debe|adeudamos|devemos|बकाया|शेष|ยอดคงเหลือ|ยอดค้าง|ค้างชำระ`)},
	{"credit", sayings(`credit|guthaben|gutschrift|crédit|avoir|credito|crédito|saldo|जमा राशि|क्रेडिट|เครดิต`)},
	{"deposit bond", sayings(`deposit|bond|kaution|pfand|anzahlung|caution|acompte|arrhes|cauzione|caparra|acconto|fianza|depósito|señal|caução|sinal|ज़मानत|जमानत|अग्रिम|เงินมัดจำ|มัดจำ`)},
	{"total sum grand_total", sayings(`total|whole amount|full amount|gesamtbetrag|gesamtsumme|gesamte[nrs]? betrag|ganze[nrs]? betrag|montant total|totalité|totale|importo totale|importe total|importe completo|valor total|पूरी रकम|कुल राशि|ยอดรวม|ทั้งหมด`)},
	{"tip gratuity", sayings(`tip|gratuity|trinkgeld|pourboire|mancia|propina|gorjeta|बख़्शीश|टिप|ทิป`)},
	{"shipping postage delivery_fee shipping_cost", sayings(`shipping|postage|delivery fee|versandkosten|porto|liefergebühr|frais de port|frais de livraison|spese di spedizione|gastos de envío|portes|frete|taxa de entrega|डिलीवरी शुल्क|ค่าส่ง`)},
	{"salary wage wages pay", sayings(`salary|wages?|gehalt|lohn|salaire|stipendio|salario|sueldo|salário|ordenado|वेतन|तनख़्वाह|เงินเดือน|ค่าจ้าง`)},
	{"rent", sayings(`rent|miete|loyer|affitto|alquiler|aluguel|renda|किराया|ค่าเช่า`)},
	{"commission", sayings(`commission|provision|provvigione|comisión|comissão|कमीशन|ค่าคอมมิชชั่น`)},
	{"bonus", sayings(`bonus|prämie|prime|premio|bono|bónus|बोनस|โบนัส`)},
}

// sayings compiles words that stand whole in a text in lower case; Thai has no blanks.
func sayings(words string) *regexp.Regexp {
	var thai, other []string
	for w := range strings.SplitSeq(words, "|") {
		if strings.ContainsFunc(w, func(r rune) bool { return unicode.Is(unicode.Thai, r) }) {
			thai = append(thai, w)
		} else {
			other = append(other, w)
		}
	}
	return regexp.MustCompile(`(?:^|[^\p{L}\p{M}])(?:` + strings.Join(other, "|") + `)(?:[^\p{L}\p{M}]|$)|` + strings.Join(thai, "|"))
}

// saysMember reports whether a text in lower case says the last member of a path in other words.
func saysMember(path, text string) bool {
	name := strings.ToLower(path[strings.LastIndexByte(path, '.')+1:])
	return slices.ContainsFunc(memberSayings, func(m struct {
		names string
		said  *regexp.Regexp
	}) bool {
		return slices.Contains(strings.Fields(m.names), name) && m.said.MatchString(text)
	})
}

// Called reports whether a number is that of a trusted record which the user's words pick, and a text, the
// clause that asks for a call, says what it is there, and says it of no other number of the record.
func (c *Context) Called(value any, text string) bool {
	n, ok := newNeedle(value)
	if !ok || !n.isNumber {
		return false
	}
	text = strings.ToLower(text)
	for _, src := range c.sources {
		if src.leaves == nil || src.speaks() || src.Picked {
			continue
		}
		for _, i := range src.leaves.find(n) {
			l := &src.leaves.all[i]
			if l.part || l.number == "" || !saysMember(l.path, text) || c.among(src, i) && !c.named(src, i, asked{}) {
				continue
			}
			if !slices.ContainsFunc(src.leaves.byRow[l.record], func(j int) bool {
				o := &src.leaves.all[j]
				return j != i && o.number != "" && o.key != l.key && saysMember(o.path, text)
			}) {
				return true
			}
		}
	}
	return false
}
