package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"fenfu/bot/eligibility"
	"fenfu/bot/webhook"
)

const (
	maxCallbacks    = 20_000 // waiting at once; checks beyond them are polled
	callbacksAtOnce = 32     // being sent at once
)

// callbackPauses lie between the tries of one callback.
func callbackPauses() []time.Duration {
	return []time.Duration{time.Second, 5 * time.Second, 20 * time.Second}
}

// caller sends callbacks: signed, thin, tried a few times.
type caller struct {
	secrets []webhook.Secret
	forged  []webhook.Secret // that nobody knows
	client  *http.Client
	logger  *slog.Logger

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
	queued chan struct{} // a place for each callback that waits
	slots  chan struct{} // a place for each that is being sent
}

func newCaller(c config, logger *slog.Logger) *caller {
	raw := make([]byte, 32)
	rand.Read(raw)
	forged, _ := webhook.ParseSecrets("whsec_" + base64.StdEncoding.EncodeToString(raw))
	secrets, _ := webhook.ParseSecrets(c.WebhookSecret) // checked with the settings
	client := webhook.NewClient(webhook.ClientConfig{Timeout: 5 * time.Second, AllowPrivate: c.AllowPrivate, Idle: callbacksAtOnce})
	client.Timeout = 10 * time.Second
	ctx, cancel := context.WithCancel(context.Background())
	return &caller{
		secrets: secrets, forged: forged,
		client: client,
		logger: logger, ctx: ctx, cancel: cancel,
		queued: make(chan struct{}, maxCallbacks), slots: make(chan struct{}, callbacksAtOnce),
	}
}

// close gives up what was not sent.
func (k *caller) close() {
	k.cancel()
	k.group.Wait()
	k.client.CloseIdleConnections()
}

// callback is one message to send, as often as its receiver needs.
type callback struct {
	id      string // the message's, the same at every try
	checkID string
	url     string
	decided time.Time
	at      time.Time // not before
	secrets []webhook.Secret
	taken   func() // called once the receiver has it
}

// schedule sends the callbacks of a check, by its mode.
func (s *server) schedule(c check, to string) {
	b := callback{
		id: "msg_" + rand.Text(), checkID: c.id, url: to, decided: c.readyAt, at: c.readyAt,
		secrets: s.calls.secrets, taken: func() { s.store.called(c.id) },
	}
	times := 1
	switch c.mode {
	case modeDuplicateCallback:
		times = s.c.CallbackTimes
	case modeLateCallback:
		b.at = b.at.Add(s.c.CallbackDelay)
	case modeBadSignature:
		b.secrets = s.calls.forged
	}
	for i := range times {
		if i%3 == 2 { // the same news under another id: also a duplicate
			b.id = "msg_" + rand.Text()
		}
		s.calls.send(b)
	}
}

// send sends b in its time, unless too many wait already.
func (k *caller) send(b callback) {
	select {
	case k.queued <- struct{}{}:
	default:
		k.logger.Warn("too many callbacks wait, one is left out")
		return
	}
	k.group.Go(func() {
		defer func() { <-k.queued }()
		if !k.sleep(time.Until(b.at)) {
			return
		}
		for _, pause := range append(callbackPauses(), 0) {
			if k.try(b) || !k.sleep(pause) {
				return
			}
		}
	})
}

// sleep waits, and reports whether it was not disturbed.
func (k *caller) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-k.ctx.Done():
		return false
	}
}

// try makes one try, and reports whether it was the last.
func (k *caller) try(b callback) (done bool) {
	select {
	case k.slots <- struct{}{}:
		defer func() { <-k.slots }()
	case <-k.ctx.Done():
		return true
	}
	status, err := k.post(b)
	if err != nil {
		// Not the URL, which the caller of the service made up.
		var in *url.Error
		if errors.As(err, &in) {
			err = in.Err
		}
		k.logger.Warn("callback failed", "message_id", b.id, "error", err)
		return false
	}
	k.logger.Info("callback", "message_id", b.id, "status", status)
	if status >= 200 && status < 300 {
		b.taken()
		return true
	}
	return status == http.StatusGone
}

func (k *caller) post(b callback) (status int, err error) {
	body, err := eligibility.Callback{CheckID: b.checkID, At: b.decided}.Encode()
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(k.ctx, http.MethodPost, b.url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "fenfu-checker")
	webhook.SignHeader(req.Header, b.id, time.Now(), body, b.secrets...)
	resp, err := k.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 4<<10)) // so that the connection can be used again
	return resp.StatusCode, nil
}
