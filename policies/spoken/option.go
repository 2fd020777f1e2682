package spoken

import (
	"slices"
	"strings"
)

// option is one of the things between which people choose every day: what tools call it, and how it is
// said. A word that ends with * begins so; two dots stand for up to six words between.
type option struct {
	names  string
	rows   string
	parsed [][]string
}

// options come in groups of which one is meant; those of a pair are each other's contrary.
var options = []*option{
	{names: "on enabled enable active running started start powered", rows: `turn* .. on|switch* .. on|power* .. on|power* .. up|start|start* .. up|starting|get .. going|enable*|activat*|fire* .. up|boot*|back on|flip .. on
		|schalt* .. ein|schalt* .. an|einschalt*|anschalt*|eingeschaltet|angeschaltet|einzuschalten|anzuschalten|mach* .. an|anmach*|anwerf*|wirf .. an|starte|starten|aktivier*|hochfahr*|fahr* .. hoch
		|allum*|démarr*|activ*|en marche|rallum*|enclench*|accend*|acces*|avvi*|attiv*|in funzione|riaccend*|enciend*|encend*|enciénd*|arranc*|en marcha|prend*|ligue|ligar|liga|ligá|ligado|ligada|acend*|ativ*|a funcionar
		|चालू|जला*|शुरू|ऑन|चला*|เปิด|เดินเครื่อง|สตาร์ท`},
	{names: "off disabled disable inactive stopped stop", rows: `turn* .. off|switch* .. off|power* .. off|power* .. down|shut* .. down|shut* .. off|stop*|kill*|disable*|deactivat*|halt*
		|schalt* .. aus|schalt* .. ab|ausschalt*|abschalt*|ausgeschaltet|abgeschaltet|auszuschalten|abzuschalten|mach* .. aus|ausmach*|stopp*|deaktivier*|herunterfahr*|runterfahr*|fahr* .. herunter|fahr* .. runter|abstell*|stell* .. ab
		|étein*|etein*|éteign*|arrêt*|désactiv*|coupe|couper|coupez|spegn*|spent*|fermare|ferma|disattiv*|arrest*|apag*|apág*|pare|parar|detén*|detener*|deten*|desactiv*|desconect*|deslig*|desativ*
		|बंद|बुझा*|ऑफ़|ऑफ|रोक*|ปิด|หยุด|ดับ`},
	{names: "open opened raised", rows: `open*|raise*|lift|lifted|öffn*|aufmach*|mach* .. auf|aufdreh*|dreh* .. auf|geöffnet|aufsperr*|ouvr*|ouvert*|lève|levez|lever|apri|apra|aprire|aprite|aperto|aperta|alza|alzi|alzare|abre|abra|abrir|abran|ábre*|abiert*|levant*|abert*|खोल*|खुल*|เปิด|ยก`},
	{names: "closed close shut lowered", rows: `close*|closing|shut*|lower|lowered|schließ*|schliess*|zumach*|mach* .. zu|zudreh*|dreh* .. zu|geschlossen|zusperr*|zuzudrehen|zuzumachen|ferm*|baiss*|chiud*|chius*|abbass*|cerr*|cierr*|ciérr*|baja|baje|bajar|fech*|baix*|बंद|ปิด`},
	{names: "locked lock", rows: `lock|locks|locked|locking|abschließ*|abgeschlossen|verriegel*|absperr*|verrouill*|blocca*|blocc*|bloque*|tranc*|ताला|लॉक|ล็อค|ล็อก`},
	{names: "unlocked unlock", rows: `unlock*|aufschließ*|aufgeschlossen|entriegel*|entsperr*|déverrouill*|sblocc*|desbloque*|destranc*|अनलॉक|ปลดล็อค|ปลดล็อก`},
	{names: "online published publish live listed visible", rows: `online|publish*|put .. up on|go live|goes live|live|relist*|veröffentlich*|freischalt*|schalt* .. frei|en ligne|publie|publier|publiez|pubblic*|en línea|publica|publique|publicar|publíc*|no ar|ऑनलाइन|प्रकाशित|ออนไลน์|เผยแพร่`},
	{names: "offline unpublished unpublish unlisted hidden withdrawn", rows: `offline|take .. off|takes .. off|taken .. off|take .. down|unpublish*|delist*|pull .. from|pull .. off|withdraw*|hide*|hidden|nimm .. vom|nimm .. raus|nimm .. runter|nehm* .. vom|rausnehm*|herunternehm*|hors ligne|retir*|dépubli*|enlev*|togli*|rimuov*|ritir*|fuera de línea|quita*|quite|despublic*|tira|tire|tirar|ऑफ़लाइन|ऑफलाइन|हटा*|ออฟไลน์|เอาออก|ถอด`},
	{names: "paused pause suspended", rows: `pause*|pausing|suspend*|put .. on hold|pausier*|anhalt*|halt* .. an|suspen*|sospend*|pausa|रोक*|หยุดชั่วคราว|พัก`},
	{names: "resumed resume", rows: `resum*|unpause*|carry on|fortsetz*|setz* .. fort|repren*|riprend*|reanud*|retom*|फिर से शुरू|ทำต่อ`},
	{names: "north northern n", rows: `north|northern|nord*|nörd*|nord|norte|उत्तर*|उत्तरी|เหนือ|ทิศเหนือ`},
	{names: "south southern s", rows: `south|southern|süd|süden|südlich*|südtor*|südseite|sud|sur|sul|दक्षिण*|ใต้|ทิศใต้`},
	{names: "east eastern e", rows: `east|eastern|ost|osten|östlich*|osttor*|ostseite|à l est|côté est|all est|lato est|este|leste|oriental|पूर्व|पूर्वी|ตะวันออก`},
	{names: "west western w", rows: `west|western|westen|westlich*|westtor*|westseite|ouest|ovest|oeste|पश्चिम|पश्चिमी|ตะวันตก`},
	{names: "left", rows: `left|links|linke|linken|linker|linkes|gauche|sinistr*|izquierd*|esquerd*|बाएँ|बाएं|बायाँ|बायां|बाईं|ซ้าย`},
	{names: "right", rows: `right|rechts|rechte|rechten|rechter|rechtes|droite|destr*|derecha|derecho|direita|direito|दाएँ|दाएं|दायाँ|दायां|दाईं|ขวา`},
	{names: "entrance entry in", rows: `entrance|entry|einfahrt|eingang|entrée|ingresso|entrata|entrada|प्रवेश|ทางเข้า`},
	{names: "exit out", rows: `exit|ausfahrt|ausgang|sortie|uscita|salida|saída|निकास|ทางออก`},
	{names: "child children kid", rows: `child|children|kid|kids|kind|kinder|kindern|enfant|enfants|bambin*|niñ*|criança*|infantil|infantis|बच्च*|बच्चों|เด็ก`},
	{names: "adult adults", rows: `adult|adults|grown ups|erwachsen*|adulte|adultes|adulto|adulta|adulti|adultos|adultas|वयस्क*|बड़ों|ผู้ใหญ่`},
	{names: "senior seniors pensioner", rows: `senior|seniors|pensioner*|oap*|senioren|rentner*|retraité*|aîné*|anzian*|pensionat*|jubilad*|mayores|pensionist*|idoso*|reformad*|sénior*|बुज़ुर्ग*|बुजुर्ग*|वरिष्ठ|ผู้สูงอายุ|คนชรา`},
	{names: "student students", rows: `student|students|studenten|studierende*|étudiant*|studenti|studente|estudiant*|estudant*|छात्र*|विद्यार्थी*|นักเรียน|นักศึกษา`},
	{names: "cash", rows: `cash|bar|bargeld|espèces|liquide|contanti|efectivo|metálico|dinheiro|नकद|เงินสด`},
	{names: "card", rows: `card|credit card|karte|kreditkarte|carte|carta|tarjeta|cartão|कार्ड|บัตร`},
	{names: "morning", rows: `morning|mornings|vormittag*|morgens|matin|matinée|mattina|mattino|manhã|de la mañana|por la mañana|सुबह|ช่วงเช้า|ตอนเช้า`},
	{names: "afternoon", rows: `afternoon|afternoons|nachmittag*|après midi|pomeriggio|tarde|दोपहर|ช่วงบ่าย|ตอนบ่าย`},
	{names: "evening", rows: `evening|evenings|abend*|soir|soirée|sera|शाम|ช่วงเย็น|ตอนเย็น`},
	{names: "window", rows: `window|fenster*|fenêtre|hublot|finestrin*|ventan*|janela|खिड़की|ริมหน้าต่าง|หน้าต่าง`},
	{names: "aisle", rows: `aisle|gang|gangplatz|couloir|corridoio|pasillo|corredor|ทางเดิน`},
	{names: "return round_trip roundtrip", rows: `return|round trip|hin und zurück|hin und rückfahrt|aller retour|andata e ritorno|ida y vuelta|ida e volta|आना जाना|ไปกลับ`},
	{names: "single one_way oneway", rows: `single|one way|einfache fahrt|einfach|aller simple|solo andata|sola andata|solo ida|só ida|só de ida|เที่ยวเดียว`},
	{names: "small s", rows: `small|klein|kleine|kleinen|kleiner|kleines|petit|petite|petits|petites|piccol*|pequeñ*|pequen*|छोट*|เล็ก`},
	{names: "medium m", rows: `medium|mittel|mittler*|moyen*|medio|media|médio|média|मध्यम|กลาง`},
	{names: "large l big", rows: `large|big|groß|große|großen|großer|großes|grand|grande|grands|grandes|grandi|बड़*|ใหญ่`},
	{names: "hot warm", rows: `hot|warm|heiß*|chaud*|cald*|calient*|quente*|गर्म|ร้อน`},
	{names: "cold", rows: `cold|kalt*|froid*|fredd*|frí*|fria|frio|ठंड*|เย็น`},
	{names: "black", rows: `black|schwarz*|noir*|nero|nera|negr*|pret*|काल*|ดำ|สีดำ`},
	{names: "white", rows: `white|weiß|weiße*|blanc|blanche*|blancs|bianc*|blanc*|branc*|सफ़ेद|सफेद|ขาว|สีขาว`},
	{names: "red", rows: `red|rot|rote|roten|roter|rotes|rouge*|rosso|rossa|rossi|rosse|roj*|vermelh*|लाल|แดง|สีแดง`},
	{names: "green", rows: `green|grün*|vert|verte|verts|vertes|verde*|हरा|हरी|เขียว|สีเขียว`},
	{names: "blue", rows: `blue|blau*|bleu*|blu|azul|azules|azuis|नील*|น้ำเงิน|สีน้ำเงิน|ฟ้า|สีฟ้า`},
	{names: "yellow", rows: `yellow|gelb*|jaune*|giall*|amarill*|amarel*|पील*|เหลือง|สีเหลือง`},
	{names: "grey gray", rows: `grey|gray|grau*|gris|grise|grigi*|cinz*|cinzent*|เทา|สีเทา`},
	{names: "english en", rows: `english|englisch*|anglais*|inglese|inglés|inglês|अंग्रेज़ी|अंग्रेजी|อังกฤษ|ภาษาอังกฤษ`},
	{names: "german de", rows: `german|deutsch*|allemand*|tedesco|alemán|alemão|जर्मन|เยอรมัน|ภาษาเยอรมัน`},
	{names: "french fr", rows: `french|französisch*|français*|francese|francés|francês|फ़्रेंच|फ्रेंच|ฝรั่งเศส|ภาษาฝรั่งเศส`},
	{names: "italian it", rows: `italian|italienisch*|italien*|italiano|इतालवी|อิตาลี|ภาษาอิตาลี`},
	{names: "spanish es", rows: `spanish|spanisch*|espagnol*|spagnolo|español|espanhol|castellano|स्पेनिश|สเปน|ภาษาสเปน`},
	{names: "portuguese pt", rows: `portuguese|portugiesisch*|portugais*|portoghese|portugués|português|पुर्तगाली|โปรตุเกส|ภาษาโปรตุเกส`},
	{names: "hindi hi", rows: `hindi|हिंदी|हिन्दी|ฮินดี|ภาษาฮินดี`},
	{names: "thai th", rows: `thai|thailändisch*|thaï*|thailandese|tailandés|tailandês|थाई|ไทย|ภาษาไทย`},
	{names: "all everyone", rows: `all|everyone|everybody|alle|allen|tous|toutes|tout le monde|tutti|todos|todas|सभी|सबको|ทุกคน|ทั้งหมด`},
}

// contrary pairs the options by their first names.
var contrary = map[string]string{"on": "off", "off": "on", "open": "closed", "closed": "open", "locked": "unlocked", "unlocked": "locked", "online": "offline", "offline": "online", "paused": "resumed", "resumed": "paused"}

var optionNamed = map[string]*option{}

func init() {
	for _, o := range options {
		for row := range strings.SplitSeq(o.rows, "|") {
			if parts := strings.Fields(row); len(parts) > 0 {
				o.parsed = append(o.parsed, parts)
				knowThai(row)
			}
		}
		for name := range strings.FieldsSeq(o.names) {
			optionNamed[name] = o
		}
	}
}

// Option reports whether an option of that name is known, and whether a text says it, in any of the
// languages.
func (t *Text) Option(name string) (said, known bool) {
	o := optionNamed[strings.ToLower(name)]
	if o == nil {
		return false, false
	}
	for i := range t.words {
		if slices.ContainsFunc(o.parsed, func(row []string) bool { return t.row(i, row) >= 0 }) {
			return true, true
		}
	}
	return false, true
}

// Contrary returns the name of the option that is the contrary of one, or "".
func Contrary(name string) string {
	o := optionNamed[strings.ToLower(name)]
	if o == nil {
		return ""
	}
	first, _, _ := strings.Cut(o.names, " ")
	return contrary[first]
}

// row returns the place behind a row of an option that begins at a word, or -1.
func (t *Text) row(i int, row []string) int {
	for k := 0; k < len(row); k++ {
		if row[k] == ".." {
			for end := i; end < len(t.words) && end <= i+6; end++ {
				if last := t.row(end, row[k+1:]); last >= 0 {
					return last
				}
			}
			return -1
		}
		if i >= len(t.words) {
			return -1
		}
		if begin, open := strings.CutSuffix(row[k], "*"); row[k] != t.words[i].text && !(open && strings.HasPrefix(t.words[i].text, begin)) {
			return -1
		}
		i++
	}
	return i
}
