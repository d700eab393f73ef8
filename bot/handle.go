package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/handoff"
	"fenfu/bot/pii"
	"fenfu/intents"
	"fenfu/intents/faq"
)

// Limits of one message and one session.
const (
	MaxText     = 2000 // runes in a message
	MaxID       = 64   // bytes in a message id
	MaxEvents   = 5000 // events in a session's log
	maxAttempts = 3    // decisions about one message when the session moves
)

// Config is what a Bot is made of. All fields before Logger are required.
type Config struct {
	Memory  Memory
	Book    *flow.Book
	Flow    string // id of the flow that an application runs through
	Matcher *intents.Matcher
	FAQ     *faq.Book
	Checker eligibility.RemoteChecker
	Rules   *eligibility.Rules // the words for its decisions
	Words   Words
	Now     func() time.Time
	NewID   func() string // fresh random ids for applications and notifications
	Logger  *slog.Logger

	// RemindAfter says how long a visitor's silence in a form lasts before each
	// reminder, since their last message or the reminder before. When the last
	// span has passed once more, the form is put aside. None: no reminders.
	RemindAfter []time.Duration

	// KeepUnfinished says how long the details of a form are kept that is not
	// submitted, since the visitor's last message. 0: as long as the session.
	KeepUnfinished time.Duration

	// Index finds a second application of the same person within
	// DuplicateWindow of the first; nil: nobody looks.
	Index           Index
	DuplicateWindow time.Duration

	Notifier     Notifier // tells the operator's own system; nil: nobody is told
	NotifyEvents []string // of what; nil: of decisions

	Desks *handoff.Desks // the operator's desks; nil: the built-in ones
	Desk  Desk           // their books; nil: nobody is ever there

	Beside Beside // what people wrote beside conversations; nil: they write nothing

	Model    Model       // helps with what nothing else understands; nil: nobody does
	AskLimit int         // questions that go to it in one session, at most
	Show     func(Delta) // shows what it is writing to the session's visitor, at once; nil: nobody sees it

	// Count is told what a turn made of a form, after its commit. It returns at
	// once. A commit that was answered as a duplicate of itself is not counted.
	// nil: nobody counts.
	Count func(at time.Time, counts []flow.Count)
}

// Bot handles messages.
type Bot struct {
	Config
	asking asking
}

// New returns a Bot. It starts nothing.
func New(c Config) (*Bot, error) {
	if c.Memory == nil || c.Book == nil || c.Matcher == nil || c.FAQ == nil || c.Checker == nil || c.Rules == nil || c.Now == nil || c.NewID == nil {
		return nil, errors.New("bot: incomplete config")
	}
	if c.Book.Flow(c.Flow) == nil {
		return nil, fmt.Errorf("bot: no flow %q", c.Flow)
	}
	if c.Index != nil && c.DuplicateWindow <= 0 {
		return nil, errors.New("bot: an index needs a window")
	}
	if err := checkEvents(c.NotifyEvents); err != nil {
		return nil, err
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Desk == nil {
		c.Desk = nobody{}
	}
	if c.Desks == nil {
		var err error
		if c.Desks, err = handoff.Load(handoff.Files, handoff.DesksFile); err != nil {
			return nil, err
		}
	}
	return &Bot{Config: c}, nil
}

// Handle takes one message into its session and returns the sequence number
// of the event it became. The same message id again returns the first number
// and changes nothing. Errors for the sender are *Error.
func (b *Bot) Handle(ctx context.Context, m Message) (int64, error) {
	if err := check(m); err != nil {
		return 0, err
	}
	if m.At.IsZero() {
		m.At = b.Now()
	}
	var err error
	for range maxAttempts {
		var seq int64
		if seq, err = b.attempt(ctx, m); !errors.Is(err, ErrConflict) {
			return seq, err
		}
	}
	return 0, &Error{Code: Conflict, Message: "消息太密集了，请稍后再试。", Err: err}
}

func (b *Bot) attempt(ctx context.Context, m Message) (int64, error) {
	s, err := b.Memory.Load(ctx, m.Session)
	if err != nil {
		return 0, fmt.Errorf("load session: %w", err)
	}
	turn, err := b.decide(s, m)
	if err != nil {
		return 0, err
	}
	if turn.MessageID == "" { // nothing came of it
		return s.Seq, nil
	}
	seq, err := b.Memory.Commit(ctx, turn)
	var dup *DuplicateError
	if errors.As(err, &dup) {
		return dup.Seq, nil
	}
	if err != nil && !errors.Is(err, ErrConflict) {
		err = fmt.Errorf("commit turn: %w", err)
	}
	if err == nil && b.Count != nil {
		if counts := b.Counts(s, turn); counts != nil {
			b.Count(m.At, counts)
		}
	}
	if err == nil && turn.Erase {
		b.Logger.Info("erased what was kept of a visitor", "session", m.Session)
	}
	return seq, err
}

// check refuses what no sender may send.
func check(m Message) error {
	switch {
	case m.Session == "" || m.ID == "" || len(m.ID) > MaxID:
		return &Error{Code: Invalid, Message: "消息缺少编号，请刷新页面后重试。"}
	case m.From == Visitor && m.Kind != Text && m.Kind != Choose,
		m.From == System && !systemKind(m),
		m.From == Agent && !agentKind(m),
		m.From != Visitor && m.From != System && m.From != Agent:
		return &Error{Code: Invalid, Message: "不支持这种消息。"}
	}
	return nil
}

// systemKind reports whether m is a whole message of the system.
func systemKind(m Message) bool {
	switch m.Kind {
	case Answered:
		return m.Answer != nil
	case Outcome:
		return m.Outcome != nil
	case Delivered:
		return m.Receipt != nil
	case Released:
		return m.Claim != nil
	}
	switch m.Kind {
	case Remind, Purge, Requeued, Attend, Entered, Gone, Scrubbed:
		return true
	}
	return false
}

// agentKind reports whether m is a whole message of somebody at the desk.
func agentKind(m Message) bool {
	switch m.Kind {
	case Text, Take, Transfer, Return, Close:
		return m.By.ID != "" && m.By.Name != ""
	}
	return false
}

// decide works out the turn that a message makes of a session. It is pure but
// for fresh ids.
func (b *Bot) decide(s Session, m Message) (Turn, error) {
	if s.Owner == OwnerClosed && m.From != System { // what was under way ends even so
		return Turn{}, &Error{Code: NotFound, Message: "这次会话已经结束，请刷新页面开始新的会话。"}
	}
	t := &turn{bot: b, m: m, s: s}
	if s.CreatedAt.IsZero() {
		t.s.CreatedAt = m.At
	}
	t.s.UpdatedAt = m.At
	var err error
	if m.From == System {
		err = t.system()
	} else if m.From == Agent {
		err = t.agent()
	} else if s.Seq >= MaxEvents {
		err = &Error{Code: Limited, Message: "这次会话的消息太多了，请刷新页面开始新的会话。"}
	} else {
		err = t.visitor()
	}
	if err != nil || t.nothing {
		return Turn{}, err
	}
	open := t.open(&s) && t.open(&t.s)
	for i := range t.events {
		t.events[i].Seq = s.Seq + int64(i) + 1
		t.events[i].At = m.At
		t.events[i].Open = open
	}
	t.listen()
	t.keep()
	t.attend()
	t.announceHandoff(&s)
	t.s.Due = due(&s, &t.s, m)
	return Turn{Session: t.s, MessageID: string(m.From) + ":" + m.ID, Events: t.events, Asks: t.asks, Aside: m.From == System, Erase: t.wipe}, nil
}

// turn is a Turn in the making.
type turn struct {
	bot    *Bot
	m      Message
	s      Session
	events []Event

	nothing bool     // the message changes nothing, not even the version
	waits   bool     // the visitor has asked for time
	lost    bool     // the bot has no idea what to say
	near    []Choice // the entries that may be meant, when the bot asks which
	next    []Choice // what its answer leads to
	asks    bool     // the visitor's message is a question
	thanks  bool     // the visitor's message is thanks, and needs no answer
	wipe    bool     // the words in the log are to be deleted
}

func (t *turn) say(origin Origin, text string, choices ...Choice) {
	e := Event{Kind: Text, From: FromBot, Origin: origin, Text: pii.Text(text), Choices: choices}
	if len(choices) > 0 {
		e.Kind = Choices
	}
	t.events = append(t.events, e)
}
