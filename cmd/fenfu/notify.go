package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"fenfu/bot"
	"fenfu/bot/webhook"
	"fenfu/web"
)

// newNotifier returns what tells the operator's own system what happened, and a
// look at whether it does; nil where nothing is to be told.
func newNotifier(c config, marks bot.Marks, w *watch, logger *slog.Logger) (bot.Notifier, []web.Probe, error) {
	if c.NotifyURL == "" {
		return nil, nil, nil
	}
	to, err := c.endpoint()
	if err != nil {
		return nil, nil, err
	}
	to.Prepare = w.outgoing
	endpoint, err := webhook.NewEndpoint(to)
	if err != nil {
		return nil, nil, err
	}
	n, err := bot.NewWebhook(bot.WebhookConfig{
		URL: c.NotifyURL, Sender: watchedSender{endpoint, w}, Marks: marks, Pauses: webhook.Pauses(), Logger: logger,
	})
	if err != nil {
		return nil, nil, err
	}
	w.breaker("webhook", endpoint.Breaker)
	probe := web.Probe{Name: "webhook", Check: func(ctx context.Context) error {
		disabled, err := n.Disabled(ctx)
		if err == nil && disabled {
			err = errors.New("the endpoint has answered 410 Gone: it is told nothing until --notify-url is another one")
		}
		if state := endpoint.Breaker(); err == nil && state == "open" {
			err = errors.New("the circuit breaker is open")
		}
		return err
	}}
	return n, []web.Probe{probe}, nil
}

// endpoint is where decisions are told.
func (c *config) endpoint() (webhook.EndpointConfig, error) {
	secrets, err := webhook.ParseSecrets(c.NotifySecrets)
	if err != nil {
		return webhook.EndpointConfig{}, fmt.Errorf("notify secrets: %w", err)
	}
	return webhook.EndpointConfig{URL: c.NotifyURL, Secrets: secrets, AllowPrivate: c.NotifyAllowPrivate}, nil
}
