package corpus

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
