package sessions

import (
	"strconv"

	"fenfu/bot"
	"fenfu/bot/flow"
)

// This file writes the records of codec.go as JSON by hand, which every turn
// does three times: encoding/json took a third of a commit's CPU time. It
// reads them. A test fills every field there is and holds the two together.

// object is a JSON object being written. Like omitempty, it leaves out what is
// empty.
type object []byte

func (o object) name(name string) object {
	if o[len(o)-1] != '{' {
		o = append(o, ',')
	}
	o = append(o, '"')
	o = append(o, name...)
	return append(o, '"', ':')
}

func (o object) number(name string, n int64) object {
	if n == 0 {
		return o
	}
	return strconv.AppendInt(o.name(name), n, 10)
}

func (o object) text(name, s string) object {
	if s == "" {
		return o
	}
	return appendQuoted(o.name(name), s)
}

func (o object) yes(name string, on bool) object {
	if !on {
		return o
	}
	return append(o.name(name), "true"...)
}

// next separates the elements of an array.
func (o object) next() object {
	if o[len(o)-1] != '[' {
		o = append(o, ',')
	}
	return append(o, '{')
}

// appendQuoted writes s as a JSON string. Bytes that are no UTF-8 are left as
// they are: encoding/json reads each as U+FFFD.
func appendQuoted(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		if from = i + 1; c < ' ' {
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		} else {
			b = append(b, '\\', c)
		}
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

// encodeState writes a stateRecord. applied is the version with which the
// session's application was written, if it has one.
func encodeState(b []byte, s *bot.Session, applied int64) []byte {
	o := append(object(b), '{')
	o = o.number("r", recordVersion).text("id", s.ID).text("o", string(s.Owner)).text("a", s.Agent)
	o = append(o.name("f"), '{')
	o = encodeFlow(o, &s.Flow)
	o = append(o, '}')
	if s.Application != nil {
		o = o.number("ap", applied)
	}
	if len(s.Claims) > 0 {
		o = o.claims(s.Claims)
	}
	if s.Handoff != nil {
		o = o.handoff(s.Handoff)
	}
	if s.Strain != (bot.Strain{}) {
		o = append(o.name("sn"), '{')
		o = o.number("s", int64(s.Strain.Said)).number("n", int64(s.Strain.Times))
		o = append(o, '}')
	}
	if w := &s.Silence; *w != (bot.Silence{}) {
		o = append(o.name("si"), '{')
		o = o.number("s", toNanos(w.Since)).number("n", int64(w.Reminded)).number("nx", toNanos(w.Next))
		o = append(o, '}')
	}
	if k := &s.Keeping; *k != (bot.Keeping{}) {
		o = append(o.name("kp"), '{')
		o = o.number("s", toNanos(k.Since)).number("nx", toNanos(k.Next))
		o = append(o, '}')
	}
	if q := s.Question; q != nil {
		o = append(o.name("q"), '{')
		o = o.text("i", q.ID).text("x", q.Text.Reveal()).yes("g", q.Guess).number("t", toNanos(q.At)).number("n", int64(q.N))
		o = append(o, '}')
	}
	o = o.number("qn", int64(s.Asked)).text("nr", s.Near)
	if len(s.Notifications) > 0 {
		o = o.notifications(s.Notifications)
	}
	o = o.number("sb", toNanos(s.Scrub)).number("d", toNanos(s.Due)).number("c", toNanos(s.CreatedAt)).number("u", toNanos(s.UpdatedAt))
	return append(o, '}')
}

// encodeFlow writes the fields of a flowRecord.
func encodeFlow(o object, s *flow.State) object {
	o = o.text("f", s.Flow).number("v", int64(s.Version)).text("s", string(s.Status)).text("p", s.Step).text("a", string(s.Asking))
	if len(s.Details) > 0 {
		o = append(o.name("d"), '[')
		for kind, d := range s.Details {
			o = o.next().text("k", string(kind)).text("v", d.Value.Reveal()).number("t", toNanos(d.At)).number("n", int64(d.Corrected))
			o = append(o, '}')
		}
		o = append(o, ']')
	}
	if len(s.Consents) > 0 {
		o = append(o.name("c"), '[')
		for _, c := range s.Consents {
			o = o.next().text("i", c.ID).text("v", c.Version).text("h", c.TextSHA256).number("t", toNanos(c.At))
			o = append(o, '}')
		}
		o = append(o, ']')
	}
	if len(s.Between) > 0 {
		o = append(o.name("b"), '[')
		for i, v := range s.Between {
			if i > 0 {
				o = append(o, ',')
			}
			o = appendQuoted(o, v.Reveal())
		}
		o = append(o, ']')
	}
	if len(s.Again) > 0 {
		o = append(o.name("g"), '[')
		for i, id := range s.Again {
			if i > 0 {
				o = append(o, ',')
			}
			o = appendQuoted(o, id)
		}
		o = append(o, ']')
	}
	if len(s.Replaced) > 0 {
		o = append(o.name("x"), '[')
		for kind, v := range s.Replaced {
			o = o.next().text("k", string(kind)).text("v", v.Reveal())
			o = append(o, '}')
		}
		o = append(o, ']')
	}
	if r := &s.Refused; *r != (flow.Refusal{}) {
		o = append(o.name("r"), '{')
		o = o.text("s", r.Step).text("r", r.Reason).number("n", int64(r.Tries))
		o = append(o, '}')
	}
	return o.number("m", int64(s.Misses)).number("w", toNanos(s.Since)).yes("o", s.Offered).text("q", s.Piece.Reveal())
}

// encodeEntry writes an entryRecord of consecutive events.
func encodeEntry(b []byte, events []bot.Event) []byte {
	at := toNanos(events[0].At)
	for i := range events {
		if events[i].At.IsZero() {
			at = 0 // else it could not be told from one that is as the entry says
		}
	}
	o := append(object(b), '{')
	o = o.number("r", recordVersion).number("n", events[0].Seq).number("t", at)
	o = append(o.name("e"), '[')
	for i := range events {
		o = encodeEvent(o.next(), &events[i], at)
	}
	return append(o, ']', '}')
}

// encodeEvent writes an eventRecord, with its instant if it is another than at.
func encodeEvent(o object, e *bot.Event, at int64) object {
	o = o.text("k", string(e.Kind)).text("f", string(e.From)).text("o", string(e.Origin))
	o = o.text("x", e.Text.Reveal())
	if len(e.Choices) > 0 {
		o = append(o.name("c"), '[')
		for _, c := range e.Choices {
			o = o.next().text("value", c.Value).text("label", c.Label).yes("primary", c.Primary)
			o = append(o, '}')
		}
		o = append(o, ']')
	}
	o = o.text("cd", e.Code)
	if e.Data != nil {
		o = o.data(e.Data)
	}
	o = o.text("i", e.ID).yes("u", e.Open)
	if n := toNanos(e.At); n != at {
		o = o.number("t", n)
	}
	return append(o, '}')
}
