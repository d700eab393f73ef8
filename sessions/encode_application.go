package sessions

import (
	"fmt"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
)

// encodeApplication writes an applicationRecord.
func encodeApplication(b []byte, a *bot.Application) ([]byte, error) {
	o := append(object(b), '{')
	o = o.text("i", a.ID).number("v", int64(a.Version)).text("s", string(a.Status))
	q, s := &a.Request, &a.Request.Subject
	o = append(o.name("q"), '{')
	o = o.text("i", q.CheckID).text("p", q.Product)
	if c := q.Consent; c != (eligibility.Consent{}) {
		o = append(o.name("c"), '{')
		o = o.text("i", c.ID).text("v", c.Version).text("h", c.TextSHA256).number("t", toNanos(c.At))
		o = append(o, '}')
	}
	o = o.text("n", s.Name.Reveal()).text("it", s.IDType).text("in", s.IDNumber.Reveal())
	o = o.text("ph", s.Phone.Reveal()).text("em", s.Email.Reveal()).text("wc", s.WeChat.Reveal())
	o = append(o, '}')
	if r := &a.Result; r.Decision != "" || r.CheckID != "" {
		o = append(o.name("r"), '{')
		o = o.text("check_id", r.CheckID).text("decision", string(r.Decision)).reasons(r.Reasons)
		if y := r.ValidUntil.Year(); y < 0 || y > 9999 {
			return b, fmt.Errorf("application %s is valid until the year %d", a.ID, y)
		}
		o = r.ValidUntil.AppendFormat(o.name("valid_until"), `"`+time.RFC3339Nano+`"`)
		o = o.text("model_version", r.ModelVersion)
		o = append(o, '}')
	}
	o = o.number("n", int64(a.Attempts)).number("f", int64(a.Failures)).text("w", a.Trouble).number("nx", toNanos(a.Next)).number("st", toNanos(a.SubmittedAt)).number("dt", toNanos(a.DecidedAt))
	return append(o, '}'), nil
}

// data writes what a notice tells a program.
func (o object) data(d *bot.Data) object {
	o = append(o.name("d"), '{')
	o = o.text("application", d.Application).text("decision", string(d.Decision)).reasons(d.Reasons)
	o = o.text("receipt", d.Receipt)
	o = o.text("agent", d.Agent)
	return append(o, '}')
}

func (o object) reasons(reasons []eligibility.Reason) object {
	if len(reasons) == 0 {
		return o
	}
	o = append(o.name("reasons"), '[')
	for _, r := range reasons {
		o = o.next().text("code", r.Code).text("text_zh", r.TextZH)
		o = append(o, '}')
	}
	return append(o, ']')
}

func (o object) notifications(all []bot.Notification) object {
	o = append(o.name("nt"), '[')
	for _, n := range all {
		o = o.next().text("i", n.ID).text("e", n.Event).number("h", int64(n.Handoff)).text("k", n.Desk).text("r", string(n.Reason)).text("a", n.Application).text("d", string(n.Decision))
		o = o.number("t", toNanos(n.At)).number("n", int64(n.Attempts)).number("u", int64(n.Unsent)).number("nx", toNanos(n.Next))
		o = append(o, '}')
	}
	return append(o, ']')
}

func (o object) claims(all []bot.Claim) object {
	o = append(o.name("cl"), '[')
	for _, c := range all {
		o = o.next().text("a", c.Application).text("f", c.Fingerprint).number("t", toNanos(c.At)).number("d", toNanos(c.Drop))
		o = append(o, '}')
	}
	return append(o, ']')
}
