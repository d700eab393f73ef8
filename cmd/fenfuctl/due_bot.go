package main

import (
	"crypto/rand"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/intents"
	"fenfu/intents/faq"
)

// newBot assembles a bot that can queue applications anew. It asks no check:
// the server's workers do that.
func newBot(memory bot.Memory, flowsDir string) (*bot.Bot, error) {
	var flows fs.FS = flow.Embedded()
	if flowsDir != "" {
		flows = os.DirFS(flowsDir)
	}
	none := "-" // in texts that are not said here
	book, err := flow.Load(flows, map[string]string{
		"operator": none, "checker": none, "product": none, "complaint": none, "retention": none, "unfinished": none,
	})
	if err != nil {
		return nil, err
	}
	rules, err := eligibility.LoadRules(eligibility.Files, eligibility.RulesFile)
	if err != nil {
		return nil, err
	}
	knowledge, err := faq.Default()
	if err != nil {
		return nil, err
	}
	nobody := eligibility.NewEmbedded(rules, &eligibility.Applicants{}, time.Now)
	return bot.New(bot.Config{
		Memory: memory, Book: book, Flow: "apply", Matcher: intents.New(), FAQ: knowledge,
		Checker: eligibility.Immediate{Checker: nobody}, Rules: rules,
		Now: time.Now, NewID: rand.Text, Logger: slog.New(slog.DiscardHandler),
	})
}
