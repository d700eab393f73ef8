package bot_test

import (
	"net/http"

	"fenfu/intents/llm/llmtest"
)

// model has a fake model help in a dialogue.
func (w *world) model(how string) {
	w.t.Helper()
	m, _ := w.withModel(llmtest.Extract)
	switch how {
	case "extract":
	case "down":
		m.Misbehave(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	case "promises":
		m.Say(func(p llmtest.Prompt) string { return "依据：" + p.Entries[0].ID + "\n您一定能通过。" })
	case "knows nothing":
		m.Say(func(llmtest.Prompt) string { return "依据：无" })
	default:
		m.Say(func(llmtest.Prompt) string { return how })
	}
}
