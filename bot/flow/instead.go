package flow

import (
	"errors"
	"regexp"
	"strings"

	"fenfu/bot/slot"
	"fenfu/intents"
)

// back stands before a name that a visitor goes back to.
var back = [...]string{"还是叫", "还是用", "还是", "改回", "换回"}

// restoring is how people want back what was there before a correction.
var restoring = regexp.MustCompile(`[改换变调用]回|还原|恢复|还是用?(?:我的?)?(?:原来|之前|刚才|以前|原先|旧的|老的|上一个)|[改换][成为]?(?:原来|之前|以前|原先|旧的|老的)`)

// beginnings is how people say that a number begins otherwise: the wrong
// beginning, then the right one.
var beginnings = regexp.MustCompile(`(?:不是\s*(1\d{2,9})[\s,，]*而?是|(1\d{2,9})(?:开头|那个|这个|号码|的|是)*\s*(?:写|填|输|打)?(?:错了?|不对)[\s,，]*应?该?是)\s*(1\d{2,9})(?:\D|$)`)

// endings is how people say that a number ends otherwise.
var endings = regexp.MustCompile(`(?:尾号|末尾|(?:最后|后|末)(?:面)?[一二两三四五六1-6]?[位个]?)\D{0,12}?(?:不是\s*[\dXx]{1,6}[\s,，]*而?)?(?:应该是|应该为|应是|改成|改为|而是|是)\s*(\d{0,5}[\dXx])(?:\D|$)`)

// instead finds a detail that takes the place of one that was given, and that
// only makes sense because that one was: a name that the visitor goes back to,
// or the beginning or end of a number.
func (r *reader) instead(p Part) (slot.Found, bool) {
	if phone, ok := r.s.Details[slot.Phone]; ok && r.f.stepFor(slot.Phone) != nil {
		if at := beginnings.FindStringSubmatchIndex(p.Text); at != nil {
			if at[2] < 0 {
				at[2], at[3] = at[4], at[5]
			}
			was, is := p.Text[at[2]:at[3]], p.Text[at[6]:at[7]]
			end, begins := strings.CutPrefix(strings.TrimPrefix(phone.Value.Reveal(), "+86"), was)
			if f, err := slot.Phone.Find(is+end, r.in.Now); begins && len(was) == len(is) && err == nil {
				f.Start, f.End = at[6], at[7]
				return f, true
			}
		}
	}
	if f, _, ok := r.ending(p); ok {
		return f, true
	}
	if f, ok := r.character(p); ok {
		return f, true
	}
	if f, ok := r.surname(p); ok {
		return f, true
	}
	m := p.Match
	if _, ok := r.s.Details[slot.Name]; !ok || m.Question || m.Intent != intents.None && m.Intent != intents.Other ||
		m.Act != intents.NoAct && m.Act != intents.Correct && m.Act != intents.Deny {
		return slot.Found{}, false
	}
	for _, word := range back {
		at := strings.Index(p.Text, word)
		if at < 0 {
			continue
		}
		at += len(word)
		if f, err := slot.Name.Find(p.Text[at:], r.in.Now); err == nil {
			f.Start, f.End = f.Start+at, f.End+at
			return f, true
		}
	}
	return slot.Found{}, false
}

// restored returns what a correction wants back: what the detail that it names
// was before, or else the one that was changed last. To name a kind of contact
// that was given before another one is enough.
func (r *reader) restored(m intents.Match) []slot.Found {
	if m.Act != intents.Correct || m.Question {
		return nil
	}
	kind := slot.Kind(m.Slot)
	step := r.f.stepFor(kind)
	_, given := r.s.Details[kind]
	_, before := r.s.Replaced[kind]
	switch {
	case !restoring.MatchString(m.Folded) && (given || !before):
		return nil
	case step == nil && m.Slot == "":
		step = r.justCorrected()
	}
	if step == nil {
		return nil
	}
	var found []slot.Found
	for _, k := range step.accepts() {
		if v, ok := r.s.Replaced[k]; ok {
			found = append(found, slot.Found{Kind: k, Value: v})
		}
	}
	return found
}

// justCorrected returns the step whose answer was changed last, nil if the form
// has gone on since.
func (r *reader) justCorrected() *Step {
	s := r.f.step(r.f.lastCorrected(r.s))
	if s == nil {
		return nil
	}
	for _, k := range s.accepts() {
		if d, ok := r.s.Details[k]; ok && !d.At.Before(r.s.Since) {
			return s
		}
	}
	return nil
}

// characters are how people say that one character of their name is another,
// which they may say by a word that it is in: 小字错了，是拂晓的晓.
var characters = [...]*regexp.Regexp{
	regexp.MustCompile(`(\p{Han})[”"」]?(?:这个|那个)?字?(?:写|填|打|输)?(?:错了?|不对)[\s,，]*(?:应该|应|其实)?是[“"「]?(?:\p{Han}{1,4}的)?(\p{Han})[”"」]?字?[。.!]?$`),
	regexp.MustCompile(`不是[“"「]?(?:\p{Han}{1,4}的)?(\p{Han})[”"」]?字?[\s,，]*而?是[“"「]?(?:\p{Han}{1,4}的)?(\p{Han})[”"」]?字?[。.!]?$`),
	regexp.MustCompile(`名字?[里中]面?的?[“"「]?(\p{Han})[”"」]?字?(?:应该|应|其实)?是[“"「]?(?:\p{Han}{1,4}的)?(\p{Han})[”"」]?字?[。.!]?$`),
}

// character finds a name of which the visitor says one character anew.
func (r *reader) character(p Part) (slot.Found, bool) {
	name := r.s.Details[slot.Name].Value.Reveal()
	if name == "" || p.Match.Question {
		return slot.Found{}, false
	}
	for _, c := range characters {
		at := c.FindStringSubmatchIndex(p.Text)
		if at == nil {
			continue
		}
		was, is := p.Text[at[2]:at[3]], p.Text[at[4]:at[5]]
		if strings.Count(name, was) != 1 {
			continue
		}
		f, err := slot.Name.Find("我叫"+strings.Replace(name, was, is, 1), r.in.Now)
		f.Start, f.End = at[4], at[5]
		return f, err == nil
	}
	return slot.Found{}, false
}

// surnames is how people say what their surname is.
var surnames = regexp.MustCompile(`(不|不是)?姓(?:应该|其实)?(?:是|为)?[“"「]?(\p{Han}{1,2}?)[”"」]?(?:的|啊|呢|才对|才是)?(?:[ ,，。.、!]|不姓|$)`)

// wrongSurname is what stands beside it if another one was written.
var wrongSurname = regexp.MustCompile(`姓.{0,4}(?:错|不对)|不是?姓|还是姓|应该|改|姓(?:是|为)`)

// onlySurnameWrong says that another one was written, and not which is right.
var onlySurnameWrong = regexp.MustCompile(`^(?:我的?)?姓氏?(?:写|填|打|输)?(?:错|不对)了?$`)

// surname finds a name of which the visitor says the surname anew.
func (r *reader) surname(p Part) (slot.Found, bool) {
	name := r.s.Details[slot.Name].Value.Reveal()
	was := slot.Surname(name)
	if was == "" || strings.ContainsAny(p.Text, "?吗么呢") || !wrongSurname.MatchString(p.Text) {
		return slot.Found{}, false
	}
	for _, at := range surnames.FindAllStringSubmatchIndex(p.Text, -1) {
		is := p.Text[at[4]:at[5]]
		if at[2] >= 0 || is == was || slot.Surname(is) != is {
			continue
		}
		f, err := slot.Name.Find("我叫"+is+strings.TrimPrefix(name, was), r.in.Now)
		f.Start, f.End = at[4], at[5]
		return f, err == nil
	}
	return slot.Found{}, false
}

// ending finds a number whose end the visitor says anew: that of the ID number
// if it is named, or else of the phone number. If it does not make one it
// returns of which kind none, and why.
func (r *reader) ending(p Part) (f slot.Found, wrong *slot.Error, ok bool) {
	at := endings.FindStringSubmatchIndex(p.Text)
	if at == nil || p.Match.Question {
		return slot.Found{}, nil, false
	}
	kind := slot.Phone
	if strings.Contains(p.Text, "身份证") || strings.Contains(p.Text, "证件") {
		kind = slot.ID
	}
	was, end := r.s.Details[kind].Value.Reveal(), p.Text[at[2]:at[3]]
	if len(was) <= len(end) || r.f.stepFor(kind) == nil {
		return slot.Found{}, nil, false
	}
	f, err := kind.Find(strings.TrimPrefix(was[:len(was)-len(end)]+end, "+86"), r.in.Now)
	f.Start, f.End = at[2], at[3]
	errors.As(err, &wrong)
	return f, wrong, err == nil
}
