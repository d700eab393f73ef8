package bot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fenfu/bot/flow"
	"fenfu/bot/handoff"
	"fenfu/bot/pii"
	"fenfu/bot/redact"
	"fenfu/bot/slot"
	"fenfu/intents"
)

// visitor takes in what a visitor wrote or pressed.
func (t *turn) visitor() error {
	in := flow.Input{Now: t.m.At}
	raw, text := t.m.Text.Reveal(), ""
	if t.m.Kind == Choose {
		label := t.bot.label(raw)
		if label == "" {
			return &Error{Code: Invalid, Message: "这个按钮已经失效，请用最新的按钮或直接打字。"}
		}
		in.Choice = raw
		if e, ok := t.bot.entry(raw); ok {
			in = t.picked(e)
		}
		t.events = append(t.events, Event{Kind: Text, From: Visitor, Text: pii.Text(label), ID: t.m.ID})
	} else {
		text = intents.Normalize(raw)
		if text == "" {
			return &Error{Code: Invalid, Message: "消息是空的，请输入内容后再发送。"}
		}
		if utf8.RuneCountInString(text) > MaxText {
			return &Error{Code: Invalid, Message: "消息太长了，请控制在 2000 字以内。"}
		}
		t.events = append(t.events, Event{Kind: Text, From: Visitor, ID: t.m.ID})
	}
	var actions []flow.Action
	chosen, meant := t.chosen(text)
	switch {
	case meant:
		in = chosen
	case text != "" && t.s.Flow.Status == flow.Running:
		in = flow.Read(t.bot.Matcher, text, in.Now)
	case text != "":
		in.Text, in.Match = text, t.bot.Matcher.Match(text)
	}
	t.asks = in.Match.Question
	t.thanks = in.Match.Act == intents.Thanks && !in.Match.Question
	was := t.s.Flow.Details
	if t.s.Owner != OwnerAgent {
		if in.Answer == "" {
			in.Answer = t.answer(in.Question())
		}
		if (t.near != nil || in.Answer == "" || !in.Asked.Match.Question) && in.Asked.Text != "" && len(slot.Scan(text, in.Now)) > 1 { // all at once, with a story: no guess what it asks
			t.near, in.Answer, in.Said, in.Asked = nil, "", flow.Part{}, flow.Part{}
		}
		t.waits = in.Match.Act == intents.Wait
		actions = t.reply(in)
	} else if r := rightOf(in); r != intents.NoRight && !t.asks && (r != intents.ReviewRight || t.reviewable()) {
		actions = []flow.Action{{Right: r}} // a person has taken over: but for what the law grants, record only
	}
	if t.m.Kind == Text {
		t.events[0].Text = pii.Text(redact.MaskNames(maskAgain(t.echo(text, actions), was), t.m.At))
	}
	t.apply(actions)
	if t.near != nil && !slices.ContainsFunc(t.events, func(e Event) bool { return slices.Equal(e.Choices, t.near) }) {
		t.near = nil // nothing can be chosen that was not shown
	}
	t.s.Near = askedBack(t.near)
	return nil
}

// reply lets the open flow answer, or answers as the bot at large.
func (t *turn) reply(in flow.Input) []flow.Action {
	running := t.s.Flow.Status == flow.Running
	if t.s.Owner == OwnerWaiting && (in.Choice == leaveChoice || in.Choice == skipChoice) {
		return t.leave()
	}
	if n := max(ratingOf(in.Choice), ratingIn(in.Text)); n > 0 && t.s.Handoff.rateable() {
		return t.rate(n)
	}
	if r := rightOf(in); r != intents.NoRight && (in.Choice != "" || !running) {
		return []flow.Action{{Right: r}}
	}
	if actions, ok := t.asked(in); ok {
		return actions
	}
	if t.wantsPerson(in) {
		return nil
	}
	if running {
		if t.askBetween(in) {
			return nil
		}
		var actions []flow.Action
		t.s.Flow, actions = t.bot.Book.Next(t.s.Flow, in)
		return actions
	}
	actions := t.idle(in)
	if in.Text != "" && t.s.Owner == OwnerBot && t.strain(in.Text, actions) {
		return []flow.Action{{Handoff: string(handoff.Misses)}}
	}
	return actions
}

// apply carries out the actions in order.
func (t *turn) apply(actions []flow.Action) {
	for _, a := range actions {
		switch {
		case a.Say != nil && a.Say.Code != "":
			t.notice(a.Say.Code, a.Say.Text, nil, a.Say.Choices...)
		case a.Say != nil && a.Say.Answer && t.near != nil:
			t.say(Script, a.Say.Text, t.near...)
		case a.Say != nil && a.Say.Answer:
			t.say(Knowledge, a.Say.Text, a.Say.Choices...)
		case a.Say != nil:
			t.say(Script, a.Say.Text, a.Say.Choices...)
		case a.Submit && t.standsFor(t.s.Flow.Details[slot.ID].Value):
			t.apply(t.standing())
			return // and nothing is submitted
		case a.Submit && t.s.Application.held():
			t.resubmit()
		case a.Submit:
			t.submit()
		case a.Erase:
			t.erase()
			t.wipe = t.wipe || a.Words
		case a.Handoff != "":
			t.handoff(t.why(a.Handoff))
		case a.Right != intents.NoRight:
			if t.right(a.Right) {
				return
			}
		}
	}
}

// echo returns the visitor's text as it goes into the log: whatever was taken,
// or looks like a detail though nobody asked, is masked.
func (t *turn) echo(text string, actions []flow.Action) string {
	var found []slot.Found
	for _, a := range actions {
		found = append(found, a.Hide...)
	}
	if found == nil {
		found = slot.Scan(text, t.m.At)
	}
	out := slot.Hide(text, found)
	out = maskAgain(out, t.s.Flow.Details)
	if flow.Secret(text) {
		out = flow.HideSecret(out)
	}
	return widen(out)
}

// maskAgain masks details that are known: a name said again, or called wrong.
func maskAgain(text string, details map[slot.Kind]flow.Detail) string {
	for k, d := range details {
		text = strings.ReplaceAll(text, d.Value.Reveal(), slot.Mask(k, d.Value))
	}
	return text
}

// widen gives Chinese text back the punctuation that normalising made narrow,
// so that visitors see what they wrote.
func widen(s string) string {
	const narrow = ",!?:;"
	if !strings.ContainsAny(s, narrow) {
		return s
	}
	text := []rune(s)
	for i, c := range text {
		wide := strings.IndexRune(narrow, c)
		chinese := i > 0 && unicode.Is(unicode.Han, text[i-1]) || i+1 < len(text) && unicode.Is(unicode.Han, text[i+1])
		if wide >= 0 && chinese {
			text[i] = []rune("，！？：；")[wide]
		}
	}
	return string(text)
}

func (t *turn) notice(code, text string, data *Data, choices ...Choice) {
	t.events = append(t.events, Event{
		Kind: Notice, From: System, Origin: Script, Code: code, Text: pii.Text(text), Data: data, Choices: choices,
	})
}
