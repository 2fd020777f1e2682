package corpus

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// impossible are wishes that the tools of an example don't grant, by what to say.
type impossible struct {
	what string
	said []string
}

func wishes(text string) []impossible {
	var list []impossible
	for _, l := range lines(text) {
		p := parts(l)
		list = append(list, impossible{p[0], p[1:]})
	}
	return list
}

var supportImpossible = wishes(`
cancel orders | Cancel %s. | Can you cancel %s? | Can you help me cancel %s? | I want to cancel %s. | I'd like to cancel %s. | Please cancel %s. | How do I cancel %s? | I need to cancel %s. | Can I still cancel %s? | Stop %s. | Call off %s. | I would like %s to be cancelled. | Could you please cancel %s for me? | Help me cancel %s. | cancel it: %s | I don't want %s any more, cancel it. | Is it possible to cancel %s? | I made a mistake, cancel %s. | Cancel my order. | I want to cancel. | Can you help me cancel my order?
change addresses | Change the address of %s. | I moved, can you change the address of %s? | Send %s to another address. | The delivery address of %s is wrong. | Can you update the shipping address of %s? | Please deliver %s to my office instead. | I need a new delivery address for %s. | How do I change my address? | Ship %s somewhere else. | I gave you the wrong address for %s.
change orders | Change %s. | Add a second lamp to %s. | Remove an item from %s. | Can I change the colour in %s? | Make it two instead of one in %s. | I want to change %s. | Update %s to a bigger size. | Can you edit %s? | Swap the item in %s. | Modify %s. | I forgot something in %s, can you add it?
place orders | I want to order a kettle. | Place an order for two chairs. | I'd like to buy a lamp. | Can you order a desk for me? | Order one more of the same. | Buy me a camera. | I want to place a new order. | Reorder %s. | Can I order by chat? | Please order a blanket for me. | I would like to purchase something.
exchange items | Exchange %s for another colour. | I want to exchange %s. | Can I swap %s for a new one? | Replace %s. | Please send a replacement for %s. | I need a replacement of %s. | Can you exchange the item of %s? | Send me a new one for %s. | I'd like another size instead of %s. | Exchange it: %s.
speed up deliveries | Make %s faster. | Can you speed up %s? | I need %s tomorrow. | Deliver %s today. | Ship %s by express. | Upgrade %s to express delivery. | Please hurry up with %s. | Can %s come earlier? | Get %s here before Friday. | Can you expedite %s?
send invoices | Send me the invoice of %s. | I need a receipt for %s. | Where is the invoice of %s? | Can I have the bill of %s? | E-mail me the invoice for %s. | I need an invoice for %s. | Print the receipt of %s. | Please send the bill of %s again. | Could you send me a copy of the invoice of %s? | I lost the receipt for %s.
give discounts | Give me a discount. | Do you have a voucher? | Can I get ten percent off? | I have a coupon code. | I want a discount on %s. | Is there a promotion? | Any deals today? | Can you make %s cheaper? | Give me a better price. | Apply my voucher to %s.
connect you to a person | I want to talk to a human. | Let me speak to a person. | Connect me to an agent. | Can I talk to somebody? | Give me your manager. | I want to speak to a supervisor. | Call me. | What is your phone number? | Get me a real person. | Transfer me to a human. | I want to file a complaint with your boss.
change accounts | Reset my password. | I forgot my password. | Delete my account. | Change my e-mail address. | I can't log in. | Close my account. | Update my profile. | Change my phone number. | I want to create an account. | Unsubscribe me from the newsletter. | My login does not work.
change payments | Change my payment method. | I want to pay by card. | My card was charged twice. | Can I pay later? | Charge my other card. | Why was I charged? | Update my credit card. | Can I pay in instalments? | My payment failed. | I want to pay %s with another card.
look up products | Do you sell lamps? | Is the kettle in stock? | How big is the desk? | What colours does the chair come in? | Which camera do you recommend? | When will the lamp be back in stock? | Do you have blankets? | How much is a new mirror? | Show me your chairs. | What is your cheapest kettle? | Tell me about your products.
`)

var workflowImpossible = wishes(`
delete invoices | Delete invoice %s. | Remove %s from the system. | Cancel invoice %s. | Please delete %s. | Get rid of invoice %s. | Can you void %s? | Can you help me cancel invoice %s? | Withdraw invoice %s. | I want to delete an invoice. | Erase %s.
change invoices | Mark %s as paid. | Change the amount of %s. | Set %s to paid. | Extend the due date of %s. | Update invoice %s. | Give the customer of %s another month. | Edit %s. | Book the payment of %s. | Correct the address on %s. | Lower the amount of %s by ten percent.
create invoices | Create an invoice. | Make a new invoice for a customer. | Write an invoice over 200 euros. | Bill the customer again. | I need a new invoice. | Issue an invoice to a new client. | Can you create an invoice for me? | Draft an invoice. | Generate the invoices of this month. | Send out new invoices.
make calls | Call the customer of %s. | Phone everybody who is late. | Ring the customer of invoice %s. | Give them a call. | Call the late payers. | Can you phone the customer? | Please call our lawyer. | Make a phone call to the client. | Talk to the customer of %s. | Have a call with finance.
pay bills | Pay our bills. | Transfer 100 euros to the landlord. | Pay invoice %s. | Make a bank transfer. | Settle our invoices. | Pay the salaries. | Wire the money. | Can you pay the supplier? | Please pay %s today. | Pay the rent.
manage meetings | Schedule a meeting with finance. | Book a room for tomorrow. | Put a meeting in my calendar. | Invite the team to lunch. | Cancel the meeting. | What is in my calendar today? | Move the meeting to Friday. | Remind me of the meeting. | Set up a call with the customer. | Plan the team event.
`)

var ragImpossible = wishes(`
change documents | Delete the file %s. | Change the text of %s. | Rename %s. | Edit %s. | Remove %s. | Write something into %s. | Update %s. | Fix the mistake in %s. | Add a sentence to %s. | Overwrite %s. | Can you correct %s?
write documents | Write a new document. | Create a file about the kettle. | Write a report. | Make a new document for me. | Draft a letter. | Write me an essay. | Create a presentation. | Write a summary of the year. | Put together a new page. | Compose a poem.
print documents | Print %s. | Print the document. | Print all of this. | Get me a paper copy of %s. | Can you print %s? | Send %s to the printer. | I need a printout of %s. | Please print the file. | Print it twice. | Copy %s on paper.
book rooms | Book the blue room. | Reserve the green hall for Monday. | Book a ticket for the concert. | Reserve a car. | Make a reservation for the ferry. | Sign me up for the course. | Book me a seat. | Can you reserve the room for ten people? | Rent the van for me. | Get me a ticket.
buy things | Buy the steel kettle. | Order a new lamp. | Order the kettle for me. | I want to buy the desk. | Purchase two chairs. | Pay for the ferry. | Can you order a printer? | Get me a toaster. | Please buy it. | I'd like to order the camera.
`)

// follow are questions about an order that was just looked up: the answer stands there.
var (
	askDay   = lines("When will it arrive?\nWhen does it come?\nWhen is it expected?\nWhat day will it be here?\nAnd when will I get it?\nWhen should it be here?\nWhat's the delivery date?\nHow long will it take?\nWhen is it due?\nand when is it coming?\nExpected when?\nDo you know the day?")
	askTotal = lines("How much did I pay?\nWhat was the total?\nWhat did it cost?\nHow much was it?\nAnd the price?\nWhat is the total?\nHow much is it?\nHow expensive was it?\nWhat did I pay for it?\nTell me the amount.")
	askItem  = lines("What did I order?\nWhat is it?\nWhat was in it?\nWhich item is it?\nWhat is in the parcel?\nRemind me what I ordered.\nWhat was that order?\nWhat did I buy?\nWhich product is that?\nWhat item was that?")
	askLate  = lines("Is it late?\nIs it delayed?\nSo it is late?\nIs it too late?\nAm I right that it is late?\nIs that late?\nSo is it late or not?\nIs there a delay?\nIt is late, isn't it?\nIs it overdue?")
	another  = lines("And %s?\nWhat about %s?\nAnd what about %s?\nNow check %s.\nSame for %s.\nAnd order %s, please.\nThen %s.\nI also have %s.\nOne more: %s.\nAnd where is %s?\nPlease check %s too.\nHow about %s?")
	costOf   = lines("How much was %s?\nWhat did I pay for %s?\nWhat was the total of %s?\nHow much did %s cost?\nWhat is the price of %s?\nWhat does %s come to?\nTell me the total of %s.\nHow much is %s?\nWhat's the amount of %s?\nI need the total of %s.\nWhat did %s cost me?\nHow much money was %s?")
	boughtIn = lines("What did I order in %s?\nWhat was in %s?\nWhich item is %s?\nWhat did I buy with %s?\nWhat is %s?\nWhat item was %s?\nRemind me what %s was.\nWhat product is in %s?\nWhat did %s contain?\nWhat does %s contain?")
	wantBack = lines("I want a refund.\nGive me my money back.\nI'd like a refund.\nRefund me.\nCan I get a refund?\nI want my money back.\nHow do I get a refund?\nPlease refund my order.\nI need a refund.\nI want to return something.\nI'd like to return my order.\nRefund my last order.")
	noNumber = lines("Where's my package?\nWhere is my order?\nTrack my order.\nHas my order shipped?\nMy order is late.\nMy package has not arrived.\nwhere is my stuff\nWhen will my order arrive?\nI want to know the status of my order.\nCan you track my package?\nI never got my order.\nCheck my order status.\nMy delivery is missing.\nWhat's the status of my order?\nI have a problem with my order.\nI need help with my order.\nMy parcel is lost.")
)

// ref names an order.
func (st *story) ref(number string) string {
	return fmt.Sprintf(draw(st.Source, orderRefs), number)
}

// about fills a template with a way to name the order.
func (st *story) about(template, number string) string {
	text := fmt.Sprintf(template, st.ref(number))
	text = strings.NewReplacer(",?", "?", ",.", ".", ",:", ":", ",,", ",").Replace(text)
	return capital(text)
}

// order is what a lookup gives.
type order struct{ number, item, status, total, day string }

// lookup calls lookup_order and answers it; ok is false if there was no such order.
func (st *story) lookup(number, status string) (o order, ok bool) {
	st.call("call", llm.ToolCall{Name: "lookup_order", Arguments: object("order_number", json.RawMessage(number))})
	if st.chance(0.05) {
		st.fail(0, failed, "order %s not found", number)
		st.say("answer", "That failed: order %s not found.", number)
		return o, false
	}
	o = order{number, st.thing(), status, st.money(), st.date()}
	pairs := []any{"order_number", json.RawMessage(number), "status", o.status, "item", o.item, "total", json.RawMessage(o.total), "expected", o.day,
		"customer", pick(st.Source, st.email(), "[EMAIL_1]", "[EMAIL_"+st.digits(1)+"]")}
	if st.chance(0.25) {
		pairs = append(pairs, "note", pick(st.Source, "leave at the door", "ring twice", "call before", "gift", st.title()))
	}
	st.result(0, object(pairs...))
	return o, true
}

// told is the standard answer about an order.
func (o order) told() string {
	return fmt.Sprintf("Your order %s (%s) is %s, expected on %s.", o.number, o.item, o.status, o.day)
}

// pay refunds an order.
func (st *story) pay(o order, amount, reason string) {
	st.call("chain", llm.ToolCall{Name: "refund_order", Arguments: object("amount", json.RawMessage(amount), "order_number", json.RawMessage(o.number), "reason", reason)})
	if st.chance(0.2) {
		why := st.reason()
		st.fail(0, denied, "%s", why)
		st.say("answer", "Your order %s is %s. The refund was not allowed: %s.", o.number, o.status, why)
		return
	}
	st.say("answer", "Your order %s (%s) is %s. I refunded %s (%s).", o.number, o.item, o.status, amount, st.refunded(amount))
}

// customer is what a customer says in his own words.
func (st *story) customer() {
	s := st.Source
	number := st.digits(3 + st.IntN(4))
	number = pick(s, number, number, st.digits(4), st.digits(4))
	status := pick(s, "late", "late", "on time", "delivered", "in transit")
	switch n := st.IntN(100); {
	case n < 30:
		st.user("%s", st.opened(st.about(draw(s, track), number)))
		if o, ok := st.lookup(number, status); ok {
			st.say("answer", "%s", o.told())
			for range st.IntN(3) {
				st.follow(o)
			}
		}
	case n < 38: // refund it if it is late, all in one
		text := st.about(draw(s, late), number)
		if st.chance(0.5) {
			text = st.about(draw(s, track), number) + draw(s, ifLate)
		}
		st.user("%s", st.opened(text))
		o, ok := st.lookup(number, status)
		switch {
		case !ok:
		case status == "late":
			st.pay(o, o.total, "the order is late")
		default:
			st.say("answer", "%s It is not late, so there is no refund.", o.told())
		}
	case n < 53: // money back, whatever the status
		reason := ""
		text := st.about(draw(s, moneyBack), number)
		if st.chance(0.5) {
			reason = draw(s, reasons)
			text += pick(s, ", ", " because ", ": ", ". ", " - ", " as ", ", since ") + reason
		}
		stop := "."
		if reason == "" && strings.HasPrefix(text, "C") {
			stop = "?"
		}
		given := st.opened(text + stop)
		if reason == "" || !strings.Contains(given, reason) {
			if low := strings.ToLower(reason); reason != "" && strings.Contains(given, low) {
				reason = low
			} else {
				reason = "the customer wants a refund"
			}
		}
		st.user("%s", given)
		if o, ok := st.lookup(number, status); ok {
			st.pay(o, o.total, reason)
		}
	case n < 57: // an amount
		amount := st.money()
		text := fmt.Sprintf(pick(s, "Refund %[1]s euros for %[2]s.", "Please refund %[1]s of %[2]s.", "I want %[1]s euros back for %[2]s.", "Pay back %[1]s for %[2]s.", "Give me %[1]s back for %[2]s."), amount, strings.TrimSuffix(st.ref(number), ","))
		st.user("%s", st.opened(text))
		if o, ok := st.lookup(number, status); ok {
			st.pay(o, amount, "the customer wants a refund")
		}
	case n < 65: // no refund
		text := st.about(draw(s, track), number) + " " + draw(s, noRefund)
		if st.chance(0.3) {
			text = st.about(pick(s, "Do not refund %s, just tell me where it is.", "Don't refund %s. Where is it?", "No refund for %s, only its status.", "I don't want a refund for %s, where is it?"), number)
		}
		st.user("%s", st.opened(text))
		if o, ok := st.lookup(number, status); ok {
			st.say("answer", "%s", o.told())
		}
	case n < 80:
		st.deny(supportImpossible, st.ref(number))
		if st.chance(0.3) {
			st.user("%s", st.typed(st.about(draw(s, track), number)))
			if o, ok := st.lookup(number, status); ok {
				st.say("answer", "%s", o.told())
			}
		}
	case n < 86: // no number
		refund := st.chance(0.4)
		st.user("%s", st.opened(draw(s, pick(s, noNumber, noNumber, wantBack))))
		if refund {
			st.Messages[len(st.Messages)-1].Content = st.opened(draw(s, wantBack))
		} else {
			st.Messages[len(st.Messages)-1].Content = st.opened(draw(s, noNumber))
		}
		st.say("missing", "Which order number?")
		st.user("%s", pick(s, number, "It is "+number+".", "Order "+number, "Number "+number+".", "#"+number, "it's "+number, number+" I think", "order #"+number, "The number is "+number+"."))
		o, ok := st.lookup(number, status)
		switch {
		case !ok:
		case refund:
			st.pay(o, o.total, "the customer wants a refund")
		default:
			st.say("answer", "%s", o.told())
		}
	case n < 90:
		st.user("%s", st.opened(st.about(draw(s, costOf), number)))
		if o, ok := st.lookup(number, status); ok {
			st.say("answer", "Your order %s (%s) cost %s.", o.number, o.item, o.total)
		}
	case n < 93:
		st.user("%s", st.opened(st.about(draw(s, boughtIn), number)))
		if o, ok := st.lookup(number, status); ok {
			st.say("answer", "%s", o.told())
		}
	default:
		st.chat()
	}
}

// follow asks about the order again.
func (st *story) follow(o order) {
	s := st.Source
	switch st.IntN(6) {
	case 0:
		st.user("%s", st.typed(draw(s, askDay)))
		st.say("answer", "It is expected on %s.", o.day)
	case 1:
		st.user("%s", st.typed(draw(s, askTotal)))
		st.say("answer", "The total is %s.", o.total)
	case 2:
		st.user("%s", st.typed(draw(s, askItem)))
		st.say("answer", "It is a %s.", o.item)
	case 3:
		st.user("%s", st.typed(draw(s, askLate)))
		if o.status == "late" {
			st.say("answer", "Yes, it is late.")
		} else {
			st.say("answer", "No, it is %s.", o.status)
		}
	case 4:
		number := st.digits(len(o.number))
		st.user("%s", st.typed(fmt.Sprintf(draw(s, another), number)))
		if o, ok := st.lookup(number, pick(s, "late", "on time", "delivered", "in transit")); ok {
			st.say("answer", "%s", o.told())
		}
	default:
		st.user("%s", st.typed(draw(s, moreThanks)))
		st.say("answer", "You're welcome.")
	}
}

// deny has a wish that is refused.
func (st *story) deny(list []impossible, ref string) {
	w := pick(st.Source, list...)
	text := draw(st.Source, w.said)
	if strings.Contains(text, "%s") {
		text = strings.NewReplacer(",?", "?", ",.", ".", ",,", ",").Replace(fmt.Sprintf(text, ref))
	}
	st.user("%s", st.opened(capital(text)))
	st.cannot(w.what)
}
