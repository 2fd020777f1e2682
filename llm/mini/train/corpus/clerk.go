package corpus

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

var (
	listThem  = lines("Which invoices are overdue?\nShow me the overdue invoices.\nList the overdue invoices.\nWho hasn't paid?\nHow many invoices are overdue?\nAre there any overdue invoices?\nWhat invoices are late?\nGive me the overdue invoices.\nDo we have overdue invoices?\nShow overdue invoices only, no reminders.\nWhich customers have not paid yet?\nWhat is overdue?\nList invoices past due.\nAny unpaid invoices?\nCheck which invoices are overdue, but don't send anything.\nWhat's outstanding?\nTell me which invoices are late.\nOverdue invoices?\nJust list the overdue invoices.\nGet me the list of overdue invoices.\nHow much money is overdue?\nWho owes us money?\nWhich bills are unpaid?\nSee what is overdue.\nDon't remind anybody, just show me what is overdue.")
	remindAll = lines("Remind everybody with an overdue invoice.\nSend reminders for all overdue invoices.\nRemind all late customers.\nPlease remind everyone who hasn't paid.\nChase the late payers.\nCan you remind the customers who are late?\nsend out the reminders\nRemind those who owe us money.\nWrite to all customers with overdue invoices.\nMake sure everybody with an overdue invoice gets a reminder.\nSend payment reminders.\nNudge everyone who is late with paying.\nAll overdue invoices need a reminder.\nDo the dunning run.\nRemind overdue customers, no summary needed.\nReminders to all late payers, please.\nEmail everybody who is overdue.\nCould you send the reminders today?\nRemind them all, but don't post anything.\nGet the reminders out.")
	remindOne = lines("Send a reminder for invoice %[1]s to %[2]s.\nRemind %[2]s of invoice %[1]s.\nPlease remind %[2]s about %[1]s.\nMail %[2]s a reminder of %[1]s.\nReminder for %[1]s to %[2]s, please.\n%[2]s has not paid %[1]s, send a reminder.\nCan you send %[2]s a reminder for %[1]s?\nInvoice %[1]s: remind %[2]s.\nTell %[2]s that %[1]s is overdue.\nSend %[2]s a payment reminder, invoice %[1]s.")
	postThis  = lines("Post \"%[2]s\" to %[1]s.\nWrite \"%[2]s\" in %[1]s.\nPost in %[1]s: \"%[2]s\"\nTell %[1]s: \"%[2]s\"\nPut \"%[2]s\" in the channel %[1]s.\nSend \"%[2]s\" to the channel %[1]s.\nPlease post \"%[2]s\" to %[1]s.\nLet %[1]s know: \"%[2]s\"\nAnnounce \"%[2]s\" in %[1]s.\nSay \"%[2]s\" in %[1]s.")
)

// overdue calls list_overdue_invoices and answers it.
func (st *story) overdue() (codes, emails, amounts []string) {
	st.call("call", llm.ToolCall{Name: "list_overdue_invoices", Arguments: object()})
	hidden := st.chance(0.3)
	var list []string
	for i := range pick(st.Source, 1, 2, 2, 3, 3, 0) {
		codes, emails, amounts = append(codes, st.code()), append(emails, st.email()), append(amounts, st.money())
		if hidden {
			emails[i] = fmt.Sprintf("[EMAIL_%d]", i+1)
		}
		list = append(list, string(object("invoice", codes[i], "email", emails[i], "amount", json.RawMessage(amounts[i]))))
	}
	st.result(0, json.RawMessage("["+strings.Join(list, ", ")+"]"))
	if len(codes) == 0 {
		st.say("answer", "There are no overdue invoices.")
	}
	return codes, emails, amounts
}

// clerk is what is asked in the back office.
func (st *story) clerk() {
	s := st.Source
	switch n := st.IntN(100); {
	case n < 30:
		st.user("%s", st.opened(draw(s, listThem)))
		codes, _, amounts := st.overdue()
		var told []string
		for i := range codes {
			told = append(told, codes[i]+" ("+amounts[i]+")")
		}
		if len(told) > 0 {
			st.say("answer", "Overdue: %s.", strings.Join(told, ", "))
		}
	case n < 50:
		st.user("%s", st.opened(draw(s, remindAll)))
		codes, emails, _ := st.overdue()
		for i := range codes {
			st.call("chain", llm.ToolCall{Name: "send_reminder", Arguments: object("email", emails[i], "invoice", codes[i])})
			st.result(0, object("sent", true))
		}
		if len(codes) > 0 {
			st.say("answer", "Reminders sent for %s.", strings.Join(codes, ", "))
		}
	case n < 65:
		code, email := st.code(), pick(s, st.email(), "[EMAIL_1]")
		st.user("%s", st.aside(0.2)+fmt.Sprintf(draw(s, remindOne), code, email))
		st.call("call", llm.ToolCall{Name: "send_reminder", Arguments: object("email", email, "invoice", code)})
		if st.chance(0.3) {
			why := st.reason()
			st.fail(0, denied, "%s", why)
			st.say("answer", "That was not allowed: %s.", why)
			return
		}
		st.result(0, object("sent", true))
		st.say("answer", "Reminder sent for %s.", code)
	case n < 75:
		channel := pick(s, "finance", "office", "billing", "team", st.word(2), listed(s, qualifiers))
		text := st.title()
		st.user("%s", st.aside(0.2)+fmt.Sprintf(draw(s, postThis), channel, text))
		st.call("call", llm.ToolCall{Name: "post_summary", Arguments: object("channel", channel, "text", text)})
		if st.chance(0.3) {
			why := st.reason()
			st.fail(0, denied, "%s", why)
			st.say("answer", "That was not allowed: %s.", why)
			return
		}
		st.result(0, object("posted", true))
		st.say("answer", "Posted to %s.", channel)
	case n < 88:
		st.deny(workflowImpossible, st.code())
	default:
		st.chat()
	}
}
