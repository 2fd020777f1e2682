package corpus

var (
	moreHellos = lines("hello\nHello\nhi\nHi\nHi!\nHey\nhey there\nHello there\nGood morning\nGood evening!\nGood afternoon.\nHi, anybody there?\nHello, is anyone there?\nHello?\nhey!\nHowdy\nhi there\nHello, my name is Tom.\nGood day\nYo\nHi, I'm Maria.\nhello hello\nHello bot\nHi, are you there?\nGreetings!\nMorning\nHiya\nHello, nice to meet you.\nHelloo\nHi assistant\nHey bot\ngood morning!\nWhat's up?\nHi, can you hear me?\nHello, good to see you.\nHi friend")
	moreThanks = lines("Thanks!\nThank you.\nthanks\nthank you\nthx\nThanks a lot.\nGreat, thanks.\nThank you very much.\nPerfect, thank you!\nok thanks\nCool, thanks\nThank you so much!\nMany thanks.\nOk, thank you.\nThat helps, thanks.\nGreat, thank you!\nWonderful.\nAwesome, thanks!\nty\nThanks for your help.\nThank you for the help\nNice, thanks\nAlright, thanks\nGood, thank you.\nthanks a million\nPerfect.\nGreat!\nAppreciate it.\nMuch appreciated!\nThank you, that was quick.")
	byes       = lines("Bye\nGoodbye\nbye bye\nSee you\nThat's all, bye.\nHave a nice day!\nGood night\nSee you later\nCiao\nTalk to you later\nbye!\nHave a good one\nGoodbye!\nThat is all for today.\nI have to go, bye")
	fine       = lines("How are you?\nhow are you\nHow are you doing?\nHow's it going?\nHow are you today?\nHi, how are you?\nAre you ok?\nHow do you do?\nHello, how are you?\nHow is it going?\nHow have you been?\nYou alright?\nhow r u\nHey, how are you doing today?\nAre you well?")
	abilities  = lines("What can you do?\nwhat can you do\nWho are you?\nHow can you help me?\nHelp\nhelp\nWhat are you?\nWhat do you do?\nCan you help me?\nI need help.\nWhat can I ask you?\nWhat are you able to do?\nWhat is this?\nWhat tools do you have?\nHow does this work?\nCan you help?\nWhat are your functions?\nWhat is your name?\nAre you a bot?\nAre you a human?\nTell me what you can do.\nWhat can you help me with?\nPlease help me.\nAre you a robot?\nWhat kind of assistant are you?\nhow can you help\nI have a question.\nWhat do you know?\nShow me what you can do.\nIntroduce yourself.")
)

// chat is what people say to anybody: greetings, thanks, what can you do.
func (st *story) chat() {
	s := st.Source
	switch n := st.IntN(10); {
	case n < 4:
		st.user("%s", draw(s, pick(s, moreHellos, moreHellos, hellos)))
		st.say("answer", "Hello! What can I do for you?")
	case n < 6:
		st.user("%s", draw(s, pick(s, moreThanks, thanks)))
		st.say("answer", "You're welcome.")
	case n < 7:
		st.user("%s", draw(s, byes))
		st.say("answer", "Goodbye!")
	case n < 8:
		st.user("%s", draw(s, fine))
		st.say("answer", "I'm fine, thank you. What can I do for you?")
	default:
		st.user("%s", draw(s, abilities))
		st.say("answer", "I'm an assistant. What I can do: %s.", st.able())
	}
}
