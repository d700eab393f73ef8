package bot

import (
	"context"
	"time"

	"fenfu/intents/faq"
)

// A question is answered, by whomever, within 8 s of being asked: the model has
// until answerWithin, and is not asked for less than worthAsking. So one whose
// node died on it is answered without the model.
const (
	answerWithin = 7 * time.Second
	worthAsking  = time.Second
)

// consult asks the model the session's question and brings back what comes of
// it. Whatever goes wrong, something comes back.
func (b *Bot) consult(ctx context.Context, s Session) error {
	q := s.Question
	answer := &Answer{Question: q.key()}
	left := q.At.Add(answerWithin).Sub(b.Now())
	if b.Model != nil && left >= worthAsking {
		asking, done := b.asking.begin(ctx, s.ID, min(left, answerWithin))
		err := b.model(asking, s, answer)
		superseded := done()
		if superseded {
			return nil // the one asked since answers for both
		}
		if err != nil {
			b.Logger.Warn("no answer from the language model", "session", s.ID, "error", err)
		}
	}
	// Also when this node stops: nobody should have to wait for another one.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := b.Handle(ctx, Message{
		Session: s.ID, ID: "answer:" + q.key(), From: System, Kind: Answered, Answer: answer,
	})
	return err
}

// model fills the answer.
func (b *Bot) model(ctx context.Context, s Session, answer *Answer) (err error) {
	q := s.Question
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	show := func(text string) {
		// A person may have taken over, or the question may be gone.
		if now, err := b.Memory.Load(ctx, s.ID); err != nil || !now.waits(q) {
			stop()
		} else if b.Show != nil {
			b.Show(Delta{Session: s.ID, ReplyTo: q.ID, Text: text})
		}
	}
	entries := b.Near(q.Text.Reveal())
	if q.Guess {
		answer.Proposal, err = b.Model.Propose(ctx, q.Text.Reveal())
		return err
	}
	if len(entries) == 0 {
		return nil
	}
	show("")
	var cites []string
	answer.Text, cites, err = b.Model.Answer(ctx, q.Text.Reveal(), entries, show)
	if err == nil {
		b.Logger.Info("the language model answered", "session", s.ID, "entries", cites)
	}
	return err
}

// Near are the entries of the knowledge base that a model may answer a question
// from.
func (b *Bot) Near(question string) []faq.Entry {
	var entries []faq.Entry
	for _, n := range b.FAQ.Retrieve(question, maxEntries) {
		entries = append(entries, n.Entry)
	}
	return entries
}
