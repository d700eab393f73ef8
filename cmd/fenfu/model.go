package main

import (
	"fenfu/bot"
	"fenfu/intents/guard"
	"fenfu/intents/llm"
)

// model is the settings of the client of a language model.
func (c *config) model() llm.Config {
	return llm.Config{
		URL: c.LLMURL, Model: c.LLMModel, Key: c.LLMKey, PerDay: c.LLMDailyLimit,
		Guard: guard.New(c.ComplaintChannel),
	}
}

// withModel lets a language model help the bot, if one is set.
func (c *config) withModel(b *bot.Bot, w *watch) error {
	if c.LLMURL == "" {
		return nil
	}
	m, err := llm.New(c.model())
	if err != nil {
		return err
	}
	b.Model, b.AskLimit = &watchedModel{m, w}, c.LLMSessionLimit
	return nil
}
