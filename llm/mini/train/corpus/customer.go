package corpus

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

var openers = lines(`
Hi,
Hello!
Hey,
Hi there,
Good morning.
Good afternoon.
Hello, quick question:
I have a question.
Can you help me?
I need some help.
Could you help me out?
Sorry to bother you, but
Hi, hope you are well.
Excuse me,
One question:
Hello, I am a customer.
Hi, I need help with something.
Please help me.
Hey there!
Dear team,
Hello, it is me again.
Listen,
So,
Ok,
Well,
Right,
I was wondering:
Just a quick one:
Hi! My name is Anna.
Hello, my name is Peter.
I am writing to you because of this:
May I ask you something?
`)

// orderRefs are ways to name an order.
var orderRefs = lines(`
order %s
my order %s
order #%s
order number %s
my order #%s
order no. %s
#%s
the order %s
my order number %s
order nr. %s
order no %s
%s
order: %s
my order, number %s,
order id %s
parcel %s
my parcel %s
order number: %s
purchase %s
my package, order %s,
`)

// track asks where an order is.
var track = lines(`
Where is %s?
Where's %s?
What's the status of %s?
What is the status of %s?
Status of %s?
Track %s.
Can you track %s?
Has %s shipped?
Has %s shipped yet?
Did %s ship?
When will %s arrive?
When is %s coming?
When does %s get here?
Is %s on the way?
Is %s late?
Is %s delayed?
Was %s delivered?
Has %s been delivered?
Has %s arrived?
Has %s been sent out?
Any update on %s?
Any news about %s?
Give me an update on %s.
What is happening with %s?
What's going on with %s?
What happened to %s?
I can't find %s.
%s hasn't arrived.
%s hasn't shown up.
%s still isn't here.
%s never arrived.
Still waiting for %s.
I'm still waiting on %s.
Look up %s.
Check %s.
Check on %s.
Find %s.
Show me %s.
Info on %s.
Details of %s.
Tell me about %s.
I need the delivery date of %s.
When can I expect %s?
What day will %s be delivered?
Expected delivery of %s?
ETA for %s?
When is %s due?
How long until %s arrives?
What is in %s?
Is there any delay with %s?
Will %s be on time?
Could you see where %s is?
I want to track %s.
I'd like to know where %s is.
Do you know when %s arrives?
I need to know the status of %s.
Please tell me where %s is.
Can I get a status on %s?
Where on earth is %s?
I would like to check the status of %s.
I have been waiting for %s for weeks.
It has been ten days and %s is not here.
Can you tell me when %s will be here?
Can you tell me whether %s has shipped?
Could you please check on %s for me?
Would you mind looking up %s?
How is %s doing?
Is %s ready?
Did you ship %s already?
Have you sent %s?
Why is %s taking so long?
Why haven't I got %s yet?
I did not receive %s.
I haven't received %s.
I haven't received %s yet, where is it?
%s: where is it?
%s, any news?
%s is missing.
%s seems to be lost.
I think %s got lost.
Please look into %s.
Please find out where %s is.
What about %s?
Let me know where %s is.
Give me the tracking of %s.
Need help with %s.
I have a question about %s.
I'm asking about %s.
Can you find %s for me?
Can you pull up %s?
`)

var moneyBack = lines(`
I want a refund for %s
Refund %s
Please refund %s
Can I get my money back for %s
I'd like my money back for %s
Give me a refund for %s
I want to return %s
I'd like to return %s
Return %s
I need a refund on %s
Can you refund %s
Money back for %s
Reimburse me for %s
I am returning %s
I want my money back for %s
Please give me my money back for %s
I would like a refund for %s
Could you refund %s
I'd like to get %s refunded
Pay me back for %s
I want %s refunded
Please return the money for %s
Issue a refund for %s
Process a refund for %s
I demand a refund for %s
I'd like to send back %s
Can %s be refunded
Is it possible to get a refund for %s
Make a refund for %s
Get me my money back for %s
`)

// reasons stand after a wish for money back, and in the refund.
var reasons = lines(`
it is broken
it arrived damaged
it is the wrong size
it is the wrong colour
I don't like it
it came too late
it does not work
it has a scratch
I ordered it twice
I changed my mind
it is too small
it is too big
parts are missing
it is not what I ordered
the box was empty
it stopped working
it was a gift I don't need
it smells
I found it cheaper elsewhere
I no longer need it
it looks different from the picture
it is cracked
the wrong item came
it never came
the quality is poor
`)

// noRefund forbids a refund.
var noRefund = lines(`
Don't refund it.
No refund, please.
I don't want a refund.
I do not want my money back.
Do not refund it.
But don't refund anything.
Please don't refund it.
No refund needed.
Just tell me, no refund.
Do not pay anything back.
I don't need a refund.
But no refund.
Even if it is late, don't refund it.
Don't give me a refund, I want the item.
I still want it, so no refund.
Do not issue a refund.
`)

// late is a condition on a refund with the order named in it.
var late = lines(`
If %s is late, refund it.
Refund %s if it's late.
If %s is late I want my money back.
Refund %s if it is delayed.
Please refund %s if it is late.
If %s is delayed, please refund me.
In case %s is late, refund it.
I want a refund for %s if it is late.
Money back for %s if it's late.
Check %s and refund it if it is late.
Look up %s and refund me if it is late.
If %s isn't on time, refund it.
Could you refund %s if it turns out to be late?
Is %s late? If so, refund it.
Is %s late? If yes, I want my money back.
`)

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
