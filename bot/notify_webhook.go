package bot

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"fenfu/bot/handoff"
	"fenfu/bot/webhook"
)

// Webhook is a Notifier that sends notifications to the operator's own system,
// by the schedule of package webhook. What it sends says that there is a
// decision and whose, or that a handoff was asked for, taken or closed, by ids
// that mean nothing elsewhere: no personal data, no decision, no reasons of it.
//
// An endpoint that answers 410 is not sent anything again, by any node, until
// its URL is another one or the mark has run out.
type Webhook struct {
	WebhookConfig
	mark string
}

// WebhookConfig is what a Webhook is made of. All fields must be set.
type WebhookConfig struct {
	URL    string // of the endpoint; only its hash is kept
	Sender Sender
	Marks  Marks
	Pauses []time.Duration // between the tries
	Logger *slog.Logger
}

// Sender makes one try to deliver a message. [webhook.Endpoint] is one.
type Sender interface {
	Send(ctx context.Context, id string, body []byte) error
}

// Marks are facts that every node knows and no restart forgets.
type Marks interface {
	Mark(ctx context.Context, name string) error
	Marked(ctx context.Context, name string) (bool, error)
}

// NewWebhook returns a Webhook. It sends nothing yet.
func NewWebhook(c WebhookConfig) (*Webhook, error) {
	if c.URL == "" || c.Sender == nil || c.Marks == nil || len(c.Pauses) == 0 || c.Logger == nil {
		return nil, errors.New("bot: incomplete webhook")
	}
	sum := sha256.Sum256([]byte(c.URL))
	return &Webhook{WebhookConfig: c, mark: "webhook-gone:" + hex.EncodeToString(sum[:16])}, nil
}

// Disabled reports whether the endpoint has answered 410.
func (w *Webhook) Disabled(ctx context.Context) (bool, error) { return w.Marks.Marked(ctx, w.mark) }

// mostWebhookAge bounds how long after its event a message is tried: what an
// open breaker keeps back takes no step of the schedule, which is done by half
// of that.
const mostWebhookAge = 7 * 24 * time.Hour

// Notify implements Notifier.
func (w *Webhook) Notify(ctx context.Context, session string, n Notification) Receipt {
	// If that cannot be told, one message more does no harm.
	if disabled, err := w.Disabled(ctx); err == nil && disabled {
		return Receipt{}
	}
	body, err := json.Marshal(messageOf(session, n))
	if err == nil {
		err = w.Sender.Send(ctx, n.ID, body)
	}
	again, unsent := webhook.Pause(w.Pauses, n.Attempts-n.Unsent+1), webhook.ReasonOf(err) == webhook.ReasonBreakerOpen
	if unsent {
		again = webhook.Wait(n.Unsent)
	}
	if n.Next.Add(again).Sub(n.At) > mostWebhookAge {
		again = 0
	}
	log := w.Logger.With("session", session, "event", cmp.Or(n.Event, CodeDecided), "webhook", n.ID, "tries", n.Attempts+1)
	switch {
	case err == nil:
		return Receipt{}
	case webhook.ReasonOf(err) == webhook.ReasonGone:
		log.ErrorContext(ctx, "the webhook's endpoint is gone: it is sent nothing any more, until its URL is another one")
		if err := w.Marks.Mark(ctx, w.mark); err != nil {
			log.ErrorContext(ctx, "could not note that the webhook's endpoint is gone", "error", err)
		}
		return Receipt{}
	case again == 0:
		log.ErrorContext(ctx, "webhook given up", "error", err)
	case !unsent && webhook.ReasonOf(err) != webhook.ReasonCanceled:
		log.WarnContext(ctx, "webhook not delivered", "error", err)
	}
	return Receipt{Again: again, Unsent: unsent}
}

// outgoing is a message as Standard Webhooks has it.
type outgoing struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // of the event, the same at every try
	Data      any       `json:"data"`
}

type decidedData struct {
	Application string            `json:"application_id"`
	Session     string            `json:"session_id"`
	Status      ApplicationStatus `json:"status"`
}

type handoffData struct {
	Session string         `json:"session_id"`
	Handoff int            `json:"handoff"` // 1 for the session's first
	Desk    string         `json:"desk"`
	Reason  handoff.Reason `json:"reason"` // why people were asked for
}

func messageOf(session string, n Notification) outgoing {
	m := outgoing{Type: cmp.Or(n.Event, CodeDecided), Timestamp: n.At.UTC()}
	if m.Type == CodeDecided {
		m.Data = decidedData{Application: n.Application, Session: session, Status: Decided}
	} else {
		m.Data = handoffData{Session: session, Handoff: n.Handoff, Desk: n.Desk, Reason: n.Reason}
	}
	return m
}
