package flow

import (
	"maps"
	"slices"
	"strings"

	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

// minimumAge is below which nothing may be kept without a guardian's consent
// (PIPL article 31), in years.
const minimumAge = 14

// fill takes what was given, or says why it is of no use.
func (r *run) fill(s *Step, c Command) {
	switch {
	case len(c.Found) > 0 && !r.consented():
		r.hide(c.Found) // not asked for yet, so neither kept nor shown
		r.ask(r.f.Texts["consent_first"])
	case len(c.Found) > 0:
		r.take(s, c.Found)
	case !r.consented():
		r.askAgain()
	default:
		if named := r.f.step(c.Step); named != nil {
			s = named
		}
		if s.takes(slot.Name) && c.Reason == "mixed" && slot.LooksWritten(r.in.Text) {
			r.hide([]slot.Found{{Kind: slot.Name, Value: pii.Text(r.in.Text), End: len(r.in.Text)}})
		}
		if len(c.Hides) > 0 {
			r.hide(c.Hides)
		}
		r.miss(s, c.Reason)
		r.s.Piece = c.Piece
	}
}

// take stores what was found and goes on.
func (r *run) take(s *Step, found []slot.Found) {
	r.hide(found)
	var noted, updated []string
	for _, f := range found {
		if f.Kind == slot.ID && slot.AgeOf(f.Value, r.in.Now) < minimumAge {
			r.stop()
			r.out[len(r.out)-1].Words = true
			r.tell("under14")
			return
		}
		item := KindLabel(f.Kind) + " " + slot.Mask(f.Kind, f.Value)
		switch old := r.s.Details[f.Kind]; {
		case old.Value == f.Value:
		case r.f.satisfied(r.f.stepFor(f.Kind), r.s):
			updated = append(updated, item)
		case !s.takes(f.Kind) || len(found) > 1:
			noted = append(noted, item)
		}
	}
	changed := len(noted)+len(updated) > 0 || !r.f.satisfied(s, r.s)
	r.set(found)
	var words []string
	if len(noted) > 0 {
		words = append(words, r.items("noted", noted))
	}
	if len(updated) > 0 {
		words = append(words, r.items("updated", updated))
	}
	if !changed {
		words = append(words, r.f.Texts["unchanged"])
	}
	words = append(words, r.nearMiss(found))
	r.s.Misses = 0
	r.advance(words...)
}

// nearMiss says what is wrong with a detail that came along with usable ones.
func (r *run) nearMiss(found []slot.Found) string {
	text := []byte(r.in.Text)
	for _, f := range found {
		if f.Start < f.End && f.End <= len(text) {
			blank(text[f.Start:f.End])
		}
	}
	miss := slot.NearMiss(string(text), r.in.Now)
	if miss == nil {
		return ""
	}
	s := r.f.stepFor(miss.Kind)
	if s == nil || slices.ContainsFunc(found, func(f slot.Found) bool { return s.takes(f.Kind) }) {
		return ""
	}
	r.refuse(s, miss.Reason, 1)
	return s.Errors[miss.Reason]
}

// refuse notes why a step has no answer yet, after so many more tries.
func (r *run) refuse(s *Step, reason string, tries int) {
	if r.s.Refused.Step == s.ID {
		tries += r.s.Refused.Tries
	}
	r.s.Refused = Refusal{Step: s.ID, Reason: reason, Tries: tries}
}

func (r *run) items(key string, items []string) string {
	return strings.ReplaceAll(r.f.Texts[key], "{items}", strings.Join(items, "、"))
}

// set stores the details in place of what answered the same questions.
func (r *run) set(found []slot.Found) {
	r.replace(found)
	details := make(map[slot.Kind]Detail, len(r.s.Details)+len(found))
	for k, d := range r.s.Details {
		if !slices.ContainsFunc(found, func(f slot.Found) bool { return r.displaces(f.Kind, k) }) {
			details[k] = d
		}
	}
	for _, f := range found {
		s := r.f.stepFor(f.Kind)
		r.s.Between = nil
		r.s.Again = slices.DeleteFunc(r.s.Again, func(id string) bool { return id == s.ID })
		details[f.Kind] = Detail{Value: f.Value, At: r.in.Now, Corrected: corrections(s, f, r.s)}
		if r.s.Refused.Step == s.ID {
			r.s.Refused = Refusal{}
		}
	}
	r.s.Details = details
}

// displaces reports whether a detail of the new kind takes the place of the old
// one: all that answered its question, unless that was one of the same kind.
func (r *run) displaces(kind, old slot.Kind) bool {
	_, again := r.s.Details[kind]
	return kind == old || !again && r.f.stepFor(kind).takes(old)
}

// replace notes what the details take the place of.
func (r *run) replace(found []slot.Found) {
	was := make(map[slot.Kind]pii.Text)
	for k, d := range r.s.Details {
		s := r.f.stepFor(k)
		goes := func(f slot.Found) bool { return r.displaces(f.Kind, k) }
		if s != nil && slices.ContainsFunc(found, goes) && !slices.ContainsFunc(found, func(f slot.Found) bool { return f.Kind == k && f.Value == d.Value }) {
			r.forgetReplaced(s) // only what it was last is brought back
			was[k] = d.Value
		}
	}
	if len(was) > 0 && r.s.Replaced == nil {
		r.s.Replaced = make(map[slot.Kind]pii.Text)
	}
	maps.Copy(r.s.Replaced, was)
}

// forgetReplaced forgets what the step was answered with before.
func (r *run) forgetReplaced(s *Step) {
	maps.DeleteFunc(r.s.Replaced, func(k slot.Kind, _ pii.Text) bool { return s.takes(k) })
}

// corrections is how often the step's answer was another one before, once it is
// what was found.
func corrections(s *Step, found slot.Found, was State) int {
	times, same := 0, false
	for _, k := range s.accepts() {
		if d, ok := was.Details[k]; ok {
			times, same = max(times, d.Corrected), same || k == found.Kind && d.Value == found.Value
		}
	}
	if !same && s.answered(was) {
		times++
	}
	return times
}

// answered reports whether the step, which asks for a detail, has one.
func (s *Step) answered(in State) bool {
	for _, k := range s.accepts() {
		if _, ok := in.Details[k]; ok {
			return true
		}
	}
	return false
}

// hide marks what was found, so that nobody sees it in the log.
func (r *run) hide(found []slot.Found) { r.out = append(r.out, Action{Hide: found}) }

// miss says why the answer is of no use; the third in a row offers a way out.
func (r *run) miss(s *Step, reason string) {
	text := s.Errors[reason]
	if text == "" {
		text = s.Short
	}
	if r.f.satisfied(s, r.s) {
		r.open(s) // 算了 gives up the correction, not the form
		text += "\n" + r.f.Texts["invalid_kept"]
	}
	r.s.Misses++
	r.s.Between = nil
	if s.ID == r.s.Step && reason == slot.Ambiguous {
		r.s.Between = slot.Candidates(s.Detail, r.in.Text, r.in.Now)
	}
	r.refuse(s, reason, 1)
	if r.s.Misses >= maxMisses {
		r.s.Misses, r.s.Asking = 0, AskStuck
		r.say(Say{Text: text + "\n" + r.f.Texts["stuck"], Choices: r.f.choices("keep", "human", "park", "cancel")})
		return
	}
	r.say(Say{Text: text + "\n" + s.Example})
}
