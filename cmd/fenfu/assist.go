package main

import (
	"context"
	"errors"
	"time"

	"fenfu/bot"
	"fenfu/intents"
	"fenfu/intents/faq"
	"fenfu/intents/llm"
	"fenfu/web/api"
)

// assistWithin is how long an agent waits for the model.
const assistWithin = 8 * time.Second

// assistant lets the language model help agents, with the client that helps the
// bot. It may be asked of one session as often as the bot may ask it; these
// calls are counted apart.
type assistant struct {
	model *watchedModel
	bot   *bot.Bot
	spend func(ctx context.Context, session string) (bool, error)
}

// assistant returns nil if there is no language model.
func (c *config) assistant(b *bot.Bot, store *storage) api.Assistant {
	m, ok := b.Model.(*watchedModel)
	if !ok {
		return nil
	}
	return &assistant{model: m, bot: b, spend: store.budget.SpendSession}
}

// Summarize implements [api.Assistant].
func (a *assistant) Summarize(ctx context.Context, s bot.Session, events []bot.Event) (string, error) {
	lines, _ := a.bot.Lines(s, events)
	if len(lines) == 0 {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, assistWithin)
	defer cancel()
	if err := a.take(ctx, s.ID); err != nil {
		return "", err
	}
	text, err := a.model.Summarize(ctx, lines)
	return text, forAgent(err)
}

// Suggest implements [api.Assistant].
func (a *assistant) Suggest(ctx context.Context, s bot.Session, events []bot.Event) ([]api.Suggestion, error) {
	lines, question := a.bot.Lines(s, events)
	entries := a.bot.Near(question)
	if len(entries) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, assistWithin)
	defer cancel()
	if err := a.take(ctx, s.ID); err != nil {
		return nil, err
	}
	text, cites, err := a.model.Suggest(ctx, lines, entries)
	if err != nil || text == "" {
		return nil, forAgent(err)
	}
	return []api.Suggestion{{Text: text, Cites: cites}}, nil
}

// take uses one of a session's calls.
func (a *assistant) take(ctx context.Context, session string) error {
	ok, err := a.spend(ctx, session)
	if err == nil && !ok {
		err = &bot.Error{Code: bot.Limited, Message: "这个会话使用 AI 的次数已经用完了。"}
	}
	return err
}

// forAgent is what an agent hears of a call that came to nothing. What did not
// pass is the same as nothing.
func forAgent(err error) error {
	var e *llm.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Reason {
	case llm.Refused, llm.Format, llm.Empty:
		return nil
	case llm.Spent:
		return &bot.Error{Code: bot.Limited, Message: "今天使用 AI 的次数已经用完了。", Err: err}
	}
	return &bot.Error{Code: bot.Unavailable, Message: "AI 暂时不可用，请稍后再试。", Err: err}
}

// watchedModel watches calls to the language model.
type watchedModel struct {
	*llm.Client
	w *watch
}

// Answer implements [bot.Model].
func (m *watchedModel) Answer(ctx context.Context, question string, entries []faq.Entry, show func(string)) (string, []string, error) {
	start := time.Now()
	text, cites, err := m.Client.Answer(ctx, question, entries, show)
	m.done(start, text, err)
	return text, cites, err
}

// Propose implements [bot.Model].
func (m *watchedModel) Propose(ctx context.Context, text string) (intents.Proposal, error) {
	start := time.Now()
	p, err := m.Client.Propose(ctx, text)
	m.done(start, string(p), err)
	return p, err
}

// Summarize is the client's.
func (m *watchedModel) Summarize(ctx context.Context, lines []string) (string, error) {
	start := time.Now()
	text, err := m.Client.Summarize(ctx, lines)
	m.done(start, text, err)
	return text, err
}

// Suggest is the client's.
func (m *watchedModel) Suggest(ctx context.Context, lines []string, entries []faq.Entry) (string, []string, error) {
	start := time.Now()
	text, cites, err := m.Client.Suggest(ctx, lines, entries)
	m.done(start, text, err)
	return text, cites, err
}

func (m *watchedModel) done(start time.Time, said string, err error) {
	var e *llm.Error
	switch {
	case errors.As(err, &e):
		m.w.models.done(string(e.Reason), start)
	case err != nil:
		m.w.models.done(outcomeFailed, start)
	case said == "":
		m.w.models.done(outcomeUnknown, start)
	default:
		m.w.models.done(outcomeDone, start)
	}
}
