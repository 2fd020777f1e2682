package ask

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// act is one kind of deed: the English verbs for it, and the beginnings of the verbs (in
// Thai and Hindi any part) in the other languages. What is destructive, pays or permits
// needs its object named beside the verb.
type act struct {
	name    string
	verbs   string // the first ones name tools
	weak    string // verbs that also do other things: they need a noun of the tool's
	foreign string
	strict  bool
}

// acts lists the deeds that tools are named for. A verb may stand in several.
var acts = []act{
	{"send", "send mail email e-mail message write text ping notify inform tell contact dm know", "post share reply respond answer", "send schick versend mail schreib benachrichtig envoi écri ecri informe prévien envía envia manda escrib avis invia mand scriv inform mande escrev भेज लिख ส่ง เขียน แจ้ง", false},
	{"reply", "reply respond answer", "write send tell", "antwort répon repon respond respuest rispond जवाब उत्तर ตอบ", false},
	{"forward", "forward relay redirect", "send pass", "weiterleit leit transf fai transm reenv reenvi inoltr encaminh आगे ส่งต่อ", false},
	{"invite", "invite", "add send", "einlad lad invit convid आमंत्रित बुला เชิญ", false},
	{"pay", "pay transfer wire remit settle refund reimburse tip donate", "send give refund move put", "zahl bezahl überweis ueberweis begleich pay paie vers vire règl pag transfi transfer liquid paga bonific abon भुगतान चुका ट्रांसफर จ่าย โอน ชำระ", true},
	{"refund", "refund reimburse", "return pay give money", "erstatt zurückzahl rückerstatt rembours reembols rimbors devolv devuelv devolución rückzahl reembolso धनवापसी रिफंड वापस คืนเงิน", true},
	{"delete", "delete remove erase trash discard purge wipe destroy", "clear drop empty clean rid throw", "lösch loesch entfern supprim effac enlèv enlev jet borr elimin suprim quit cancell rimuov apag exclu delet remov हटा मिटा डिलीट ลบ เอาออก ทิ้ง", true},
	{"remove", "remove delete kick expel uninvite unassign detach", "take throw", "entfern lösch retir enlèv enlev supprim exclu quit elimin sac rimuov togli remov tir हटा निकाल ลบ เอาออก", true},
	{"grant", "grant permit authorize authorise share allow promote elevate", "give add make set let", "gewähr erlaub freigeb gib accord autoris partag donn conced permit compart dar concedi autorizz condivid permett compartilh conceda अनुमति दे साझा อนุญาต แชร์ ให้สิทธิ์", true},
	{"revoke", "revoke withdraw suspend", "remove take", "entzieh widerruf révoqu retir revoc revog रद्द เพิกถอน", true},
	{"share", "share", "send give grant show", "teil freigeb partag compart condivid compartilh साझा शेयर แชร์ แบ่งปัน", false},
	{"cancel", "cancel abort void", "stop drop undo call withdraw", "stornier kündig kuendig absag abbrech annul résili resili cancel anul annull disdi रद्द कैंसल ยกเลิก", true},
	{"book", "book reserve rent hire", "get order make schedule", "buch reservier reserv miet lou alquil prenot reserv alug बुक आरक्षित จอง", false},
	{"buy", "buy purchase order checkout get", "book", "kauf bestell achet command compr pid acquist ordin encomend खरीद ऑर्डर ซื้อ สั่ง", true},
	{"create", "create make add draft compose generate open register raise file new record log put note", "write set start save schedule enter", "erstell anleg leg mach trag notier füg schreib eröffn cré cree ajout not ouvr cre añad agreg haz anot crea aggiung fai annot crie adicion faç बना जोड़ दर्ज สร้าง เพิ่ม บันทึก", false},
	{"write", "write save store append draft put add record note", "create make", "schreib speicher notier füg ergänz écri ecri enregistr ajout escrib guard añad agreg anot scriv salv aggiung escrev adicion लिख सहेज जोड़ เขียน บันทึก เพิ่ม", false},
	{"update", "update change edit modify correct fix adjust amend replace rename set reset move reschedule", "make put raise lower increase decrease reduce", "änder aender aktualisier korrigier bearbeit setz verschieb pass modifi chang corrig mets cambi actualiz edit modific corrig aggiorn alter atualiz mud बदल अपडेट ठीक सुधार แก้ เปลี่ยน อัปเดต", false},
	{"reschedule", "reschedule postpone move shift", "change update", "verschieb verleg déplac report reprogram mueve aplaz spost rimand remarc adi टाल बदल เลื่อน", false},
	{"move", "move relocate file put sort", "send transfer", "verschieb leg beweg déplac dépla mets range muev mueve traslad spost metti mov coloq ले जा स्थानांतरित ย้าย", false},
	{"archive", "archive file store", "move put", "archivier archiv arquiv संग्रह เก็บ", false},
	{"post", "post publish tweet announce comment", "put share send write add", "veröffentlich poste publi public affich pubblic posta anunci प्रकाशित पोस्ट โพสต์ ประกาศ", false},
	{"review", "review rate", "post write give", "bewert not évalu califi reseñ valut recens avali रेट समीक्षा รีวิว ให้คะแนน", false},
	{"run", "run execute start launch build test trigger restart reboot deploy release rerun", "do", "führ fuehr start lanc exécut execut démarr ejecut inici lanz esegu avvi execut rode inicie चला शुरू รัน เริ่ม", true},
	{"open", "open fetch download visit browse load read check get", "", "öffn oeffn lad ouvr télécharg abr descarg apri scaric abr baix खोल ดาวน์โหลด เปิด", false},
	{"schedule", "schedule plan arrange book set", "add create make put", "plan vereinbar trag ansetz planifi program agend pianific fiss marqu marc शेड्यूल नियत นัด กำหนด", false},
	{"approve", "approve accept confirm authorize sign", "allow ok", "genehmig bestätig freigeb nimm approuv accept confirm aprueb aprob acept approv accett conferm aprov aceit मंजूर स्वीकार पुष्टि อนุมัติ ยืนยัน ยอมรับ", true},
	{"reject", "reject decline refuse deny dismiss", "", "lehn ablehn verweiger refus rejet rechaz rifiut resping recus rejeit अस्वीकार ठुकरा ปฏิเสธ", true},
	{"block", "block ban mute", "", "sperr blockier bloqu blocc bloque ब्लॉक บล็อก", true},
	{"unblock", "unblock unban unmute", "", "entsperr débloqu desbloqu sblocc अनब्लॉक ปลดบล็อก", true},
	{"close", "close resolve finish complete shut", "mark set", "schließ schliess lös ferm résou cerr cierr resuelv chiud risolv fech resolv बंद हल ปิด", false},
	{"reopen", "reopen", "open", "rouvr reabr riapr", false},
	{"merge", "merge", "combine", "fusionn fusion unisc mescl mescle zusammenführ मिला รวม", true},
	{"install", "install", "set put", "installier instal इंस्टॉल ติดตั้ง", false},
	{"uninstall", "uninstall", "remove", "deinstallier désinstall desinstal disinstall ถอน", true},
	{"subscribe", "subscribe", "sign", "abonnier abonn suscrib suscríb iscriv inscrev assin สมัคร", false},
	{"unsubscribe", "unsubscribe", "remove opt cancel", "abbestell abmeld désabonn désinscri cancela baja disiscriv desinscrev ยกเลิก", false},
	{"assign", "assign", "give make put", "zuweis weis attribu assign asign assegn atribu सौंप มอบหมาย", false},
	{"submit", "submit file hand", "send", "reich einreich soumet présent envía present invi submet जमा ส่ง ยื่น", false},
	{"print", "print", "", "druck imprim stamp imprim प्रिंट พิมพ์", false},
	{"call", "call phone ring dial", "", "ruf anruf appel llam chiam telefon lig कॉल फोन โทร", false},
	{"turn", "turn switch set dim raise lower open close start stop", "put make", "schalt mach stell dreh allum étein etein mets apag encend enciend pon accend spegn acend deslig lig चालू बंद जला เปิด ปิด", false},
	{"lock", "lock", "close", "verriegel sperr schließ verrouill ferm bloque cierr chiud tranc ล็อก बंद", true},
	{"unlock", "unlock", "open", "entriegel öffn aufschließ déverrouill ouvr abr desbloque apri sblocc destranc ปลดล็อก खोल", true},
	{"enable", "enable activate", "turn switch start", "aktivier activ attiv ativ सक्षम चालू เปิด", false},
	{"disable", "disable deactivate suspend", "turn switch stop", "deaktivier désactiv desactiv disattiv desativ अक्षम बंद ปิด", true},
	{"return", "return", "send", "zurückgeb retourn devolv devuelv restitu devolv लौटा คืน", false},
	{"exchange", "exchange swap", "change", "tausch umtausch échang cambi intercamb scambi troc बदल แลก", false},
	{"copy", "copy duplicate clone", "make", "kopier copi dupli copia कॉपी คัดลอก", false},
	{"upload", "upload", "put add send", "lad hochlad télévers subir sube caric envi अपलोड อัปโหลด", false},
	{"withdraw", "withdraw", "take", "abheb retir prelev sac निकाल ถอน", true},
	{"deposit", "deposit", "put pay", "einzahl dépos deposit जमा ฝาก", true},
	{"sell", "sell", "", "verkauf vend बेच ขาย", true},
	{"remind", "remind nudge chase", "send", "erinner mahn rappel recuerd avis ricord sollecit lembr cobr याद เตือน", false},
	{"rename", "rename", "call change", "umbenenn benenn renomm renombr rinomin renome नाम เปลี่ยนชื่อ", false},
	{"terminate", "terminate fire dismiss end offboard", "remove", "kündig entlass licenci despid despe termin बर्खास्त ไล่ เลิกจ้าง", true},
	{"hire", "hire onboard", "add", "einstell embauch contrat assum contrat नियुक्त จ้าง", true},
	{"escalate", "escalate", "forward pass raise", "eskalier escal", false},
}

// things are groups of words for one kind of object, in English and, by their beginnings,
// in the other languages.
const money = "payment money transfer amount rent bill invoice fee salary sum dollar euro eur usd gbp pound cent buck zahlung geld rechnung miete betrag argent facture loyer pago dinero factura alquiler denaro soldi fattura affitto dinheiro fatura aluguel पैसे रुपये เงิน บาท"

var things = []string{
	"email mail message note letter reply inbox newsletter spam nachricht brief courriel correo mensaj messaggi mensagem posta ईमेल मेल संदेश อีเมล ข้อความ",
	"message dm chat note text word line nachricht messag mensaj messaggi mensagem संदेश ข้อความ",
	"file document doc folder spreadsheet sheet report attachment pdf notes datei dokument ordner fichier dossier archiv document carpet cartell arquivo pasta फ़ाइल फाइल दस्तावेज़ ไฟล์ เอกสาร",
	"event meeting appointment calendar reminder lunch dinner breakfast call session slot trip party entry termin treffen besprechung erinnerung rendez-vous réunion rappel cita reunión recordatorio evento appuntamento riunione promemoria compromisso reunião lembrete बैठक मीटिंग नियुक्ति นัด ประชุม",
	"order purchase parcel package bestell paket command colis pedid paquet ordin pacch encomend ऑर्डर คำสั่งซื้อ",
	"payment money transfer amount rent bill invoice fee salary sum dollar dollars euro euros eur usd gbp pounds cents bucks zahlung geld rechnung miete überweisung betrag paiement argent facture loyer virement pago dinero factura alquiler transferencia pagamento denaro soldi fattura affitto bonifico dinheiro fatura aluguel transferência भुगतान पैसे बिल रुपये เงิน บาท บิล",
	"transaction payment transfer order rent standing zahlung transaktion dauerauftrag",
	"refund money reimbursement credit erstattung rückerstattung geld remboursement argent reembolso dinero rimborso soldi dinheiro रिफंड पैसे เงิน",
	"reservation booking table room hotel car flight ticket seat reservierung tisch zimmer flug réservation chambre vol reserva habitación vuelo prenotazione camera volo quarto voo बुकिंग कमरा โต๊ะ ห้อง เที่ยวบิน",
	"user member person account people participant guest colleague employee customer client contact benutzer konto mitglied utilisateur compte membre usuario cuenta miembro utente conto membro conta उपयोगकर्ता खाता ผู้ใช้ บัญชี สมาชิก",
	"participant guest member people invitee attendee teilnehmer gast participant invité participante invitado partecipante invitato convidado",
	"channel group room team slack kanal gruppe canal groupe grupo canale gruppo चैनल ช่อง กลุ่ม",
	"password passphrase pin credentials passwort mot contraseña senha पासवर्ड รหัสผ่าน",
	"address info information details profile data name phone street city adresse adress dirección indirizzo endereço पता ที่อยู่",
	"permission access role rights rolle zugriff rechte accès droits rôle permiso acceso rol permesso accesso ruolo permissão acesso função अनुमति भूमिका สิทธิ์",
	"post page article website web tweet status comment webpage site beitrag seite article page publicación página articolo pagina publicação",
	"review rating stars bewertung avis reseña recensione avaliação",
	"ticket issue case bug request incident vorgang fall demande incidente caso chamado टिकट ตั๋ว",
	"subscription plan membership contract abo vertrag abonnement contrat suscripción contrato abbonamento contratto assinatura",
	"task todo to-do item list aufgabe liste tâche tarea lista compito tarefa कार्य งาน",
	"light lamp lights heating thermostat door window blinds alarm licht lampe heizung tür lumière porte luz puerta luce porta बत्ती ไฟ ประตู",
	"record entry row database table datensatz eintrag enregistrement registro record",
	"price cost preis prix precio prezzo preço",
}

// Acts say by which words a user asks for a tool.
type Acts struct {
	verbs, weak []string
	foreign     []string
	nouns       []string
	strict      bool
	alters      bool     // takes something away or changes it
	named       []string // verbs of the tool's own name
}

// Of returns the acts of a tool by its name, which is cut into words, and by the words
// that its declaration adds: verbs, and nouns for what it works on.
func Of(name string, verbs, nouns []string) Acts {
	var a Acts
	parts := NameWords(name)
	main := -1 // the part that is the deed
	for i, p := range parts {
		if find(p) != nil && (main < 0 || AlsoNoun(parts[main]) && !AlsoNoun(p)) {
			main = i
		}
	}
	if main < 0 && len(parts) > 0 && len(verbs) == 0 {
		main = 0
	}
	for i, p := range parts {
		if i == main {
			a.add(p)
			continue
		}
		a.nouns = append(a.nouns, p)
		for _, group := range things {
			if list := strings.Fields(group); slices.Contains(list, p) || slices.Contains(list, strings.TrimSuffix(p, "s")) {
				a.nouns = append(a.nouns, list...)
			}
		}
	}
	for _, p := range parts {
		if v, ok := nominal[p]; ok && (main < 0 || parts[main] != v) {
			a.add(v)
		}
	}
	for _, v := range verbs {
		a.add(v)
	}
	if slices.Contains(a.verbs, "share") || slices.Contains(a.verbs, "grant") {
		a.nouns = append(a.nouns, "access", "permission", "role", "rights", "editor", "viewer")
	}
	if slices.Contains(a.verbs, "pay") || slices.Contains(a.verbs, "refund") {
		a.nouns = append(a.nouns, strings.Fields(money)...)
	}
	for _, n := range nouns {
		a.nouns = append(a.nouns, n)
		for _, group := range things {
			if list := strings.Fields(group); slices.Contains(list, n) {
				a.nouns = append(a.nouns, list...)
			}
		}
	}
	// A deed is a noun, too: a refund, a booking.
	slices.Sort(a.nouns)
	a.nouns = slices.Compact(a.nouns)
	return a
}

// nominal are things that are deeds: to send a reminder is to remind.
var nominal = map[string]string{
	"reminder": "remind", "reservation": "book", "booking": "book", "payment": "pay", "money": "pay", "funds": "pay", "invitation": "invite", "cancellation": "cancel",
	"refund": "refund", "transfer": "pay", "reply": "reply", "deletion": "delete", "purchase": "buy", "invite": "invite", "announcement": "post", "review": "review", "access": "grant", "permission": "grant",
}

// add takes the words of a deed.
func (a *Acts) add(verb string) {
	a.named = append(a.named, verb)
	a.verbs = append(a.verbs, verb)
	for _, k := range find(verb) {
		a.verbs = append(a.verbs, strings.Fields(k.verbs)...)
		a.weak = append(a.weak, strings.Fields(k.weak)...)
		for _, stem := range strings.Fields(k.foreign) {
			if !latin(stem) || utf8.RuneCountInString(stem) >= 3 {
				a.foreign = append(a.foreign, stem)
			}
		}
		a.strict = a.strict || k.strict
		a.alters = a.alters || altering[k.name]
	}
	slices.Sort(a.verbs)
	a.verbs = slices.Compact(a.verbs)
	slices.Sort(a.foreign)
	a.foreign = slices.Compact(a.foreign)
	a.weak = slices.DeleteFunc(a.weak, func(w string) bool { return slices.Contains(a.verbs, w) })
}

var altering = set("delete remove update move cancel archive revoke close rename terminate disable block reschedule")

// find returns the deeds that a verb names: those that are called so, else those whose
// verbs it is among.
func find(verb string) []*act {
	var named, among []*act
	for i := range acts {
		if acts[i].name == verb {
			named = append(named, &acts[i])
		}
		if slices.Contains(strings.Fields(acts[i].verbs), verb) {
			among = append(among, &acts[i])
		}
	}
	if named != nil {
		return named
	}
	return among
}

// AlsoNoun reports whether a word of a tool's name more often says what it works on.
func AlsoNoun(w string) bool { return alsoNouns[w] || alsoNouns[strings.TrimSuffix(w, "s")] }

var alsoNouns = set("mail email e-mail message text file note book order review record draft post comment test call sign contact phone copy new log tip open plan move")

// NameWords splits a tool's name: send_mail, sendMail and send-mail are send and mail.
func NameWords(name string) []string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		if unicode.IsUpper(r) && lower {
			b.WriteByte(' ')
		}
		lower = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLetter(r) })
}

// allVerbs are the verbs of every deed, for what begins a clause.
var allVerbs = func() map[string]bool {
	out := map[string]bool{}
	for _, a := range acts {
		for _, w := range strings.Fields(a.verbs + " " + a.weak) {
			out[w] = true
		}
	}
	delete(out, "new")
	return out
}()

// foreignStems are those of every deed.
var foreignStems = func() []string {
	var out []string
	for _, a := range acts {
		out = append(out, strings.Fields(a.foreign)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}()

// imperative reports whether a word may be the verb that a clause begins with.
func imperative(w string) bool {
	if allVerbs[w] {
		return true
	}
	if strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		return false
	}
	return slices.ContainsFunc(foreignStems, func(stem string) bool { return len(stem) > 3 && strings.HasPrefix(w, stem) })
}

// Words are the verbs by which a user may ask for the acts.
func (a Acts) Words() []string {
	out := slices.Concat(a.verbs, a.weak)
	slices.Sort(out)
	return slices.Compact(out)
}

// Nouns are the words for what the acts work on.
func (a Acts) Nouns() []string { return a.nouns }

// Deed reports whether a text is the name of a deed.
func Deed(s string) bool {
	words := NameWords(s)
	return len(words) > 0 && len(words) < 4 && find(words[0]) != nil
}
