package corpus

import (
	"slices"
	"strings"
)

// The lists of English words. Every fifth word is held out by its spelling, see [listed],
// and every fifth phrase by its place, see [draw].

// sense is a meaning that tools have: what people say for it, which tools are named by
// too, and its participles.
type sense struct{ said, done []string }

// senses has no phrase twice, so tools of different senses have different words.
var senses = func() []sense {
	var list []sense
	known := map[string]bool{}
	for line := range strings.Lines(strings.TrimSpace(senseLines)) {
		said, done, _ := strings.Cut(strings.TrimSpace(line), " | ")
		list = append(list, sense{once(known, strings.Split(said, ", ")), once(known, strings.Split(done, ", "))})
	}
	return list
}()

// once leaves out what is known, and knows the rest from then on.
func once(known map[string]bool, list []string) []string {
	return slices.DeleteFunc(list, func(w string) bool {
		before := known[w]
		known[w] = true
		return before
	})
}

// words are the different words of a text.
func words(text string) []string { return once(map[string]bool{}, strings.Fields(text)) }

// senseLines has, for each sense, what people say and the participles.
const senseLines = `
show me, get, look up, fetch, tell me about, check, pull up, view, give me, let me see, find out about, retrieve, display, bring up, read out, inspect, get me, give me details of, have a look at, open up, load, query, describe, take a look at, dig out, show, lookup, read, see | found, looked up, checked, fetched, shown
find, look for, search for, seek, locate, search, try to find, hunt for, discover, go and find, browse for, hunt down, scan for, help find, see if you can find, match, browse, hunt, scan | found, located, searched, discovered, spotted
cancel, call off, drop, revoke, withdraw, abort, annul, take back, scrap, retract, void, stop, put an end to, undo, not go ahead with, rescind | cancelled, called off, withdrawn, revoked, dropped
create, make, set up, add, generate, put together, build, make me, register, enter, compose, draw up, insert, prepare, write up, form | created, made, added, set up, generated
delete, remove, get rid of, erase, throw away, discard, wipe, take out, destroy, clear, purge, clear out, drop for good, bin, trash, unset | deleted, removed, erased, discarded, wiped
send, mail, dispatch, forward, deliver, send out, send off, pass on, transmit, ship, post, share, submit, hand over, have delivered | sent, mailed, forwarded, dispatched, delivered
book, reserve, arrange, hold, secure, get me, book me, order, rent, hire, ask for, put on hold, request, sign me up for, charter | booked, reserved, arranged, secured, held
update, change, edit, modify, adjust, set, amend, revise, correct, alter, make a change to, fix, rework, bring up to date, touch up | updated, changed, edited, adjusted, altered
archive, file away, store, put away, save, keep, stash, lay by, preserve, store away, shelve, put in the archive, set aside, retain, back up, file | archived, stored, saved, kept, filed
close, finish, shut, complete, end, wrap up, resolve, conclude, bring to an end, finalize, terminate, stop, be done with, settle for good, shut down | closed, finished, completed, ended, resolved
approve, accept, sign off, confirm, okay, authorize, agree to, give a yes to, allow, green-light, say yes to, endorse, let through, permit, clear, grant, sanction | approved, accepted, confirmed, allowed, granted
reject, decline, turn down, refuse, say no to, deny, dismiss, not accept, veto, knock back, disapprove of, block, throw out, send back, overrule, disapprove | rejected, declined, refused, denied, dismissed
track, follow, trace, keep an eye on, watch, monitor, keep track of, observe, see where I find, trail, follow up on, survey, tell me the whereabouts of, keep tabs on, stay on top of, locate, shadow | tracked, followed, traced, watched, monitored
print, copy, print out, duplicate, put on paper, make a copy of, clone, run off, reproduce, photocopy, replicate, mirror, make a double of, repeat, output | printed, copied, duplicated, cloned, mirrored
rename, retitle, give a new name to, relabel, tag, label, mark, put a name on, title, name anew, call, give a label to, caption, stick a tag on, change the name of, name | renamed, tagged, labelled, marked, titled
schedule, plan, put in the calendar, set a date for, fix a time for, arrange, organize, timetable, make plans for, slot in, pencil in, line up, find a time for, program, set the time of, calendar, slot, appoint, prepare | scheduled, planned, arranged, organized, slotted
pay, settle, pay off, pay for, clear, transfer the money for, remit, cover, take care of the bill for, buy, fund, pay the bill for, hand over the money for, purchase, compensate, discharge, transfer | paid, settled, cleared, covered, bought
refund, pay back, give the money back for, reimburse, return the money for, repay, credit, give me my money back for, get a refund for, return, give back, rebate, take back and refund, make good, send the money back for, restore, indemnify | refunded, reimbursed, repaid, credited, returned
open, start, launch, begin, run, set going, kick off, initiate, fire up, activate, boot, get going with, switch on, trigger, turn on | opened, started, launched, activated, begun
export, download, save out, extract, dump, publish, get a file of, put out, release, issue, write out, take out as a file, unload, pull out, bring out, output, emit | exported, downloaded, extracted, published, issued
import, upload, read in, bring in, load in, take in, ingest, receive, feed in, put in the system, pull in, admit, get in, absorb, add from outside, load, intake | imported, uploaded, read in, received, loaded
assign, give, hand, delegate, allocate, attach, put someone on, entrust, appoint, hand out, distribute, designate, pass to someone, put in charge of, staff | assigned, delegated, allocated, given, attached
move, transfer, shift, relocate, put elsewhere, switch, bring over, migrate, carry over, reposition, push, take across, displace, drag, find a new place for, carry | moved, transferred, shifted, relocated, migrated
pause, suspend, put on hold, freeze, halt, hold up, delay, postpone, put off, interrupt, defer, snooze, stop for now, rest, push back, hold | paused, suspended, frozen, postponed, delayed
resume, continue, go on with, restart, carry on with, pick up again, reopen, reactivate, start again, renew, take up again, proceed with, unfreeze, revive, retry, proceed | resumed, continued, restarted, reopened, renewed
list, list all about, enumerate, give me a list for, name all parts of, index, catalog, give an overview of, go through, outline, itemize, take stock of, run through, lay out, make a list of, overview, inventory, roster | listed, enumerated, indexed, outlined, named
count, measure, tally, calculate, work out, compute, sum up, add up, estimate, quantify, figure out, put a number on, total, gauge, reckon, sum | counted, measured, calculated, computed, estimated
translate, convert, transform, turn over, format, change the form of, encode, put into another form, interpret, adapt, transcribe, recast, decode, render, reformat | translated, converted, transformed, formatted, adapted
compare, rate, rank, evaluate, weigh up, judge, score, set side by side, contrast, assess, give marks to, tell the difference in, grade, put to the test, benchmark, diff, weigh | compared, rated, ranked, judged, scored
summarize, sum up for me, condense, recap, give me the gist of, give a short version of, shorten, boil down, digest, brief me on, review, report on, put in a nutshell, sketch, abridge, brief, report | summarized, condensed, shortened, reviewed, digested
notify people of, alert, inform about, warn about, remind me of, announce, let them know of, ping about, tell them about, signal, give notice of, raise the alarm on, call attention to, advise of, spread the word about, notify, inform, warn, remind, ping, tell, advise | notified, announced, alerted, warned, signalled
lock, protect, secure, seal, guard, lock up, encrypt, shield, make safe, bolt, hide, keep safe, put under lock, fasten, restrict | locked, protected, sealed, secured, hidden
unlock, release, free, unblock, let go of, unseal, decrypt, take the lock off, make accessible, liberate, unhide, set free, let loose, free up, expose, unfasten | unlocked, released, freed, unblocked, unsealed
verify, validate, test, audit, examine, double-check, make sure of, prove, try out, certify, authenticate, look into, put through a test, vet, investigate, inspect | verified, validated, tested, audited, examined
repair, fix, mend, restore, service, patch up, put right, sort out, rebuild, maintain, bring back to order, overhaul, heal, get working again, see to, patch | repaired, fixed, mended, restored, serviced
merge, combine, join, link, connect, put together, unite, tie together, attach, bundle, pair, bring together, bind, hook up, blend | merged, combined, joined, linked, connected
split, divide, separate, take apart, detach, cut up, break up, disconnect, unlink, pull apart, part, isolate, disjoin, carve up, partition, cut, break | split, divided, separated, detached, cut
extend, prolong, expand, increase, raise, make longer, enlarge, upgrade, give more time to, boost, lengthen, stretch, top up, scale up, step up, grow | extended, prolonged, expanded, raised, upgraded
reduce, lower, decrease, cut down, make smaller, shrink, bring down, trim, downgrade, lessen, scale down, limit, tone down, slim, ease, cut, shorten | reduced, lowered, decreased, trimmed, downgraded
invite people to, enroll in, subscribe to, sign up for, join, register for, enlist in, take part in, welcome to, recruit for, get into, enter for, put my name down for, onboard to, admit to, invite, welcome, enroll, enlist, subscribe, register, recruit, admit, onboard | invited, enrolled, subscribed, registered, joined
leave, unsubscribe from, quit, opt out of, sign off from, get out of, resign from, exit, unregister from, stop following, drop out of, deregister from, take me off, withdraw from, give up, unsubscribe, unregister, resign, deregister, part, unfollow | left, unsubscribed, quit, resigned, unregistered
play, stream, put on, listen to, let me hear, broadcast, watch, perform, play me, cast, turn up, start playing, air, give us, spin, listen, show | played, streamed, put on, performed, broadcast
log, record, take down, write down, note, jot down, make a note of, keep a record of, put on record, enter in the book, document, take a sample of, meter, sense, register in the log, measure, weigh, sample, probe, detect | logged, recorded, noted, written down, documented
sort, put in order, group, classify, filter, arrange by kind, order, sort through, categorize, prioritize, sift, tidy up, cluster, bring into order, bucket, arrange | sorted, grouped, filtered, classified, ordered
ask about, inquire about, consult on, put a question about, poll people on, ask someone about, question, raise a question on, survey, interview about, get an opinion on, get advice on, quiz me on, have someone answer on, sound out, ask, consult, poll, interview, request, inquire, quiz, solicit | asked, questioned, consulted, polled, surveyed
claim, dispute, contest, appeal, complain about, challenge, make a claim for, object to, file a complaint about, protest, report a problem with, demand, raise an objection to, say something is wrong with, take issue with, complain, object, report | claimed, disputed, contested, appealed, challenged
draw, paint, design, sketch, make a picture of, illustrate, decorate, plot, make a chart of, colour, chart, picture, make a drawing of, style, graph, color | drawn, painted, designed, plotted, decorated
cook, bake, brew, mix, make up, prepare in the kitchen, boil, grill, roast, stir up, blend, heat up, whip up, warm up, toast, fry, stir | cooked, baked, brewed, mixed, grilled
`

var nouns = words(`order invoice ticket flight hotel meeting package account report contract
	payment booking parcel lesson reminder message product shipment profile recipe
	loan alarm playlist table room visit claim device survey permit
	backup server branch folder photo article budget quote voucher machine
	garden boat ferry bridge lecture museum engine warehouse rental subscription
	document file page image video song album podcast movie book chapter magazine newspaper letter postcard email memo draft note list
	task project job shift duty assignment deadline milestone sprint issue bug patch release version build pipeline cluster container database
	customer client employee patient student teacher doctor nurse driver pilot captain guest tenant owner vendor supplier partner member visitor applicant
	car truck bus train tram taxi bicycle scooter van ship plane helicopter rocket wagon trailer tractor crane lift escalator parking
	house apartment office building floor kitchen garage cellar roof window door gate fence wall corridor lobby balcony terrace attic basement
	restaurant cafe bar shop store market mall bakery pharmacy hospital clinic school university library theater cinema stadium gym pool park
	city country region village street road highway tunnel station airport harbor port border map route trip journey tour cruise holiday
	weather forecast storm temperature rainfall wind season climate sensor thermostat heater lamp light switch socket battery charger cable antenna router
	phone laptop tablet printer scanner keyboard monitor camera microphone speaker headset projector television radio remote watch clock timer calendar agenda
	appointment interview conference workshop seminar training course exam test quiz grade certificate diploma degree scholarship thesis essay homework textbook syllabus
	wallet card coupon discount gift receipt bill fee fine tax salary bonus pension insurance policy premium mortgage deposit withdrawal transfer
	stock bond fund share portfolio asset currency rate price cost offer bid tender auction sale deal purchase refund credit debt
	license passport visa identity signature password token key lock badge pass permission role group team department committee council board
	rule law statute clause appendix proposal agreement lease warranty guarantee complaint dispute case verdict trial court evidence witness inquiry audit
	medicine pill vaccine prescription diagnosis symptom treatment therapy surgery bed ward ambulance allergy diet meal breakfast lunch dinner snack drink
	coffee tea juice soup salad pizza pasta burger cake bread cheese apple orange banana grape tomato potato onion carrot pepper
	tree flower plant seed forest river lake mountain valley island beach desert field farm crop harvest cow horse sheep chicken
	dog cat bird fish animal zoo aquarium pet collar leash cage stable kennel nest hive pond stream well fountain statue
	painting sculpture gallery exhibit concert festival party wedding birthday ceremony parade match game tournament league score goal race medal trophy
	shirt jacket dress shoe hat glove scarf belt suit uniform costume fabric button zipper pocket sleeve jewel ring necklace
	chair desk sofa shelf cabinet drawer mirror carpet curtain pillow blanket mattress towel basket bucket broom vacuum washer dryer oven
	hammer drill saw screw nail wrench ladder rope chain pump valve pipe filter motor gear wheel tire brake windshield
	newsletter campaign advert banner slogan logo brand website domain blog comment review rating poll vote election candidate petition donation charity
	query index record row column field dataset chart graph dashboard metric alert incident outage log event job queue topic channel
	lead contact prospect pitch demo opportunity quotation catalog inventory stocktake pallet crate barrel container label barcode scale carton
	module plugin script macro template widget theme font icon layout screen menu form dialog button slider session cookie proxy firewall`)

var qualifiers = words(`customer guest patient driver author client member student tenant owner
	buyer seller sender vendor pilot reader worker player editor agent
	target source main home billing shipping start first last spare
	event floor seat route batch file page unit case group
	crate credit policy course gadget asset office store team field
	delivery pickup return arrival departure check entry exit origin destination
	new old current next previous final initial backup primary secondary
	order invoice booking ticket payment account contract product item part
	user contact person receiver recipient holder bearer carrier driver courier
	doctor nurse teacher coach manager leader owner chief clerk guard
	city town street region country branch site station harbor market
	room desk table chair shelf box bag bin rack tray
	report survey project task job shift meeting session lesson trip
	company firm shop bank school clinic hotel garage studio plant
	internal external public private local remote global shared open hidden
	min max upper lower early late short long daily weekly
	monthly yearly spring summer autumn winter morning evening night noon
	tax price cost fee rate discount rent loan budget grant
	model brand color size shape weight height width depth length
	parent child partner sponsor donor winner loser heir witness
	server device network backup cluster domain folder branch module plugin
	vehicle engine tire trailer cargo fuel parking toll license permit
	lead deal offer quote claim case dispute audit review test
	flight cabin train coach ferry boat cruise tour hike ride
	book title chapter volume edition series album track song artist`)

var things = words(`lamp desk chair kettle printer router bicycle helmet camera blanket
	clock guitar jacket tent drill mirror speaker wallet basket heater
	ladder monitor pillow scanner shelf toaster umbrella vase whistle projector
	table sofa carpet curtain bucket broom hammer saw rope candle
	bottle cup plate fork spoon knife pan pot bowl tray
	bag box suitcase backpack purse belt glove scarf hat boot
	violin piano drum trumpet flute harp cello organ banjo horn
	phone tablet laptop keyboard charger cable battery radio television watch
	ball racket skate ski sled kite rod net paddle glider
	fridge oven stove mixer blender dishwasher dryer vacuum iron fan
	garden bench fence gate swing fountain statue pond hedge arch
	museum library ferry tram bus train van truck boat tower
	hall room office studio warehouse kitchen garage cellar roof lobby
	concert course tour lecture festival workshop market fair race match
	puzzle doll robot train-set board-game yo-yo marble teddy balloon mask
	server network firewall database archive backup website newsletter account budget
	coat dress shirt sweater sock sandal slipper robe apron tie
	tree rose tulip fern cactus orchid lily ivy palm oak
	telescope microscope compass thermometer barometer scale ruler globe magnet lens
	printer-paper stapler folder envelope notebook pencil eraser marker stamp calendar`)

var colours = words("red small steel blue wooden green large black folding white old new round silver golden heavy light tall short glass plastic yellow grey brown electric summer winter city river island")

var attributes = words(`price weight colour holder deadline capacity password-policy founder length limit
	height duration warranty supplier grant opening-time address fee manager code
	width depth size age owner author director teacher driver guide
	cost rent deposit discount tax fine salary bonus budget prize
	start-date end-date closing-time delivery-time arrival departure schedule frequency season date
	material shape brand model version serial-number type class category label
	speed power range voltage temperature pressure volume density area distance
	phone-number e-mail website room-number floor entrance location parking route station
	purpose topic title language origin destination maker designer inventor sponsor
	minimum-age maximum-load safety-rule dress-code contact-person return-period notice-period battery-life fuel insurance`)

var flags = words(`urgent notify insured gift_wrap express confirmed public recurring paid active
	verbose force silent hidden archived refundable fragile priority encrypted draft
	enabled visible shared locked required optional automatic manual secure anonymous
	breakfast parking wifi window_seat vegetarian late_checkout return_trip insurance newsletter reminder`)

var enumLists = []struct {
	name   string
	values []string
}{
	{"priority", []string{"low", "normal", "high"}}, {"status", []string{"open", "closed", "pending"}}, {"size", []string{"small", "medium", "large"}}, {"stage", []string{"draft", "final"}}, {"units", []string{"metric", "imperial"}},
	{"period", []string{"day", "week", "month"}}, {"color", []string{"red", "green", "blue"}}, {"channel", []string{"email", "phone", "post"}}, {"sort_order", []string{"asc", "desc"}}, {"shipping_class", []string{"standard", "express"}},
	{"level", []string{"beginner", "advanced", "expert"}}, {"format", []string{"pdf", "csv", "html"}}, {"cabin", []string{"economy", "business"}}, {"temperature_unit", []string{"celsius", "fahrenheit"}}, {"severity", []string{"minor", "major", "critical"}},
	{"frequency", []string{"daily", "weekly", "monthly"}}, {"direction", []string{"north", "south", "east", "west"}}, {"mode", []string{"fast", "slow", "eco"}}, {"language", []string{"english", "french", "german", "spanish"}}, {"visibility", []string{"private", "public", "team"}},
	{"season", []string{"spring", "summer", "autumn", "winter"}}, {"payment_method", []string{"card", "cash", "transfer"}}, {"meal", []string{"breakfast", "lunch", "dinner"}}, {"quality", []string{"draft", "good", "best"}}, {"role", []string{"viewer", "editor", "admin"}},
	{"bed", []string{"single", "double", "twin"}}, {"shift", []string{"early", "late", "night"}}, {"material", []string{"wood", "metal", "glass"}}, {"category", []string{"food", "tools", "toys"}}, {"weekday", []string{"monday", "tuesday", "friday", "sunday"}},
	{"region", []string{"europe", "asia", "africa"}}, {"plan", []string{"free", "basic", "pro"}}, {"gender", []string{"men", "women", "kids"}}, {"state", []string{"new", "used", "broken"}}, {"tone", []string{"formal", "friendly"}},
	{"currency", []string{"eur", "usd", "gbp"}}, {"fuel", []string{"petrol", "diesel", "electric"}}, {"environment", []string{"staging", "production"}}, {"floor_type", []string{"carpet", "tiles", "parquet"}}, {"view", []string{"sea", "garden", "street"}},
}

var leads = []string{
	"", "Please ", "Can you ", "Could you ", "I need you to ", "I want to ", "Hi, please ", "Would you ", "Hello, can you ", "Help me ",
	"You should ", "Now ", "Next, ", "I'd like to ", "Kindly ",
	"I would like to ", "I have to ", "Let's ", "We need to ", "Can we ", "Could I ", "May I ", "I must ", "Do ", "Just ",
	"Go ahead and ", "Quickly ", "First ", "Then ", "Also ", "Could you please ", "Can you please ", "Would you please ", "I'd like you to ", "Be so kind and ",
	"It is time to ", "Time to ", "Don't forget to ", "Remember to ", "Try to ", "Hey, ", "Hello, ", "Good morning, please ", "Hi! I want to ", "Hey, could you ",
	"Do me a favour and ", "Would it be possible to ", "Is it possible to ", "Are you able to ", "Can I ", "We should ", "We want to ", "My boss wants me to ", "Somebody has to ", "I am trying to ",
	"I was told to ", "I wish to ", "I'm here to ", "Please help me to ", "Assist me: ", "One thing: ", "Quick one: ", "Task: ", "Your job: ", "Well, ",
	"OK, ", "Alright, ", "So, ", "And now ", "After all, please ", "Once more: ", "Again, ", "Right, now ", "Please do ", "If you can, ",
	"When you have time, ", "As soon as you can, ", "Could somebody ", "Might you ", "I ask you to ", "How about you ", "What I need: ", "My wish: ", "Do you mind? I need to ", "See if you can ",
}

var ends = []string{
	".", "", "?", ", please.", "!", " now.", " for me.", ", thanks.", " today.", " right away.",
	" please", ". Thanks!", ". Thank you.", " if you can.", " at once.", " soon.", ", would you?", ", if possible.", " as soon as possible.", " immediately.",
	". Thanks a lot!", ". It is urgent.", ". No hurry.", " when you can.", ". Be quick.", ", ok?", ". That is all.", ". I am in a hurry.", ", will you?", ", please!",
	" this time.", " again.", ". I'd be grateful.", " for us.", ". My boss is waiting.", " straight away.", ". Cheers.", " without delay.", ", can you?", ". Many thanks.",
	" on my behalf.", ", that would be great.", ". I can't do it myself.", " before I forget.", ". Then tell me.", "; thanks", " - thanks!", " then.", " quickly.", ". Let me know.",
}

// before are sentences that may stand before a request and mean nothing for it.
var before = []string{
	"I have just come back from a holiday.", "My computer is slow today.", "We talked about this yesterday.", "It is raining again.", "I hope you are well.",
	"My colleague is ill.", "This is my first day here.", "There was a call this morning.", "I am on the train.", "The office is closed tomorrow.",
	"I tried it myself and it did not work.", "Somebody wrote to me about it.", "I have a small problem.", "It took me a while to find you.", "My phone is nearly empty.",
	"We have guests tonight.", "I am new to this.", "That was quick, well done.", "The last one was fine.", "Sorry to bother you.",
	"I changed my mind.", "My boss asked for this.", "I will be away next week.", "Something went wrong on the website.", "The system was down for hours.",
	"We are moving next month.", "I forgot about it.", "It's for a friend of mine.", "My daughter told me about you.", "I do not have much time.",
	"You helped me last week.", "It has been a long day.", "The weather is lovely.", "I was on the phone for an hour.", "Nobody else could help.",
	"There is one more thing.", "I am working from home.", "The team needs it.", "We promised it to a client.", "I can't log in any more.",
	"I read about it in the news.", "My neighbour recommended it.", "It is about my work.", "All went well so far.", "I'm calling from abroad.",
	"The meeting was moved.", "I did this once before.", "It's me again.", "Let us go on.", "That is done, good.",
	"I had a look at the list.", "You know what to do.", "I've got a question.", "This came up in the meeting.", "They told me to ask you.",
}

var systems = []string{
	"", "You are a helpful assistant.", "Answer briefly.", "Use the tools. Answer in plain English.", "You help the staff of a company.",
	"You are an assistant with tools.", "Help the user.", "Be brief and exact.", "You answer with the facts that tools give.", "Only tell what you know from the tools.",
	"You are a travel agent. Be polite.", "You work for a shop. Use the tools that you have.", "You are the assistant of a hospital.", "Never guess. Use a tool or say that you can't.", "You help customers with their questions.",
	"You are a friendly helper.", "Do what the user asks, with the tools.", "You run the office of a small firm.", "Be polite.", "You are an operator for a cloud platform.",
	"You look after a household.", "Use tools where they help.", "You are a careful assistant. Ask when something is missing.", "You support a team of engineers.", "Speak plainly and keep to the facts.",
	"You are a bot in a chat.", "Your task is to serve the guests of a hotel.", "You are an expert secretary.", "You answer for the bank. Be exact.", "You assist the teachers of a school.",
	"Solve the user's task step by step.", "Use one tool at a time unless two are asked for.", "You take orders for a restaurant.", "Keep your answers short.", "You are the voice of the library.",
	"You help people to plan their day.", "You are an agent with access to functions.", "Tell the truth.", "You manage the machines of a factory.", "You are a clerk in a city office.",
}

// talk is what no tool is for.
var talk = []string{
	"What is the capital of France?", "Tell me a joke.", "Who wrote this song?", "How old is the universe?", "What is the meaning of life?",
	"Sing me something.", "What do you think about football?", "How do I cook rice?", "Write a poem about the sea.", "Are you a human?",
	"What is two plus two?", "Which planet is the largest?", "Can you recommend a good movie?", "Who won the match last night?", "Why is the sky blue?",
	"How tall is a giraffe?", "What's your favourite colour?", "Explain how engines work.", "Is it healthy to drink coffee?", "How do birds find their way?",
	"Give me some advice about love.", "Do you dream?", "What language do they speak in Brazil?", "How far is the moon?", "Teach me to play chess.",
	"What's the time in Tokyo?", "Who invented the telephone?", "I feel sad today.", "How many legs has a spider?", "Let's talk about music.",
	"What should I wear to a wedding?", "Is there life on Mars?", "Translate good night into Italian.", "How do you spell necessary?", "What is the best way to learn a language?",
	"Guess my age.", "Which is better, tea or coffee?", "When did the war end?", "Say something funny.", "How does a computer think?",
	"Name three rivers in Africa.", "Who is the president?", "What makes bread rise?", "How long do cats live?", "Make me laugh.",
	"Write me an essay about freedom.", "What is your name?", "Can you drive a car?", "How was your weekend?", "What does this word mean?",
	"Please solve my homework.", "Could you tell me a story?", "Do fish sleep?", "What happened in 1969?", "I am bored.",
	"How is the weather up there?", "What is the square root of 81?", "Who painted the Mona Lisa?", "Is my horse too fat?", "Can I trust you?",
}

var hellos = []string{"Hello", "Hi there!", "Good morning", "Hey", "Hi", "Good evening.", "Hello!", "Hi!", "Good afternoon", "Hello there.", "Hey there!", "Good day.", "Greetings", "Hiya", "Morning!"}

var thanks = []string{"Thanks!", "Thank you.", "That's all.", "Great, thanks.", "Thank you very much.", "Perfect, thank you!", "Thanks a lot.", "That helped, thanks.", "Cheers!", "Thanks, bye.", "Wonderful, thanks.", "OK, thank you.", "Very kind of you.", "Many thanks!", "Thanks for your help."}
