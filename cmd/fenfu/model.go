package main

import (
	"context"

	"fenfu/bot"
	"fenfu/intents/guard"
	"fenfu/intents/llm"
	"fenfu/sessions"
)

// budget is how often the language model may be asked, of all nodes together.
func (c *config) budget(sync func(context.Context) error) sessions.BudgetOptions {
	return sessions.BudgetOptions{PerDay: c.LLMDailyLimit, PerOne: c.LLMSessionLimit, Keep: c.Retention, Sync: sync}
}

// model is the settings of the client of a language model.
func (c *config) model() llm.Config {
	return llm.Config{
		URL: c.LLMURL, Model: c.LLMModel, Key: c.LLMKey,
		Guard: guard.New(c.ComplaintChannel),
	}
}

// withModel lets a language model help the bot, if one is set.
func (c *config) withModel(b *bot.Bot, store *storage, w *watch) error {
	if c.LLMURL == "" {
		return nil
	}
	to := c.model()
	to.Spend = store.budget.SpendDay
	m, err := llm.New(to)
	if err != nil {
		return err
	}
	b.Model, b.AskLimit = &watchedModel{m, w}, c.LLMSessionLimit
	return nil
}
