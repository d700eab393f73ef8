package web

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Site is what the widget is told before anybody has said anything.
type Site struct {
	Demo         bool         `json:"demo"`
	Title        string       `json:"title"`
	Greeting     string       `json:"greeting"`
	QuickReplies []QuickReply `json:"quick_replies"`
	Operator     Operator     `json:"operator"`
}

// QuickReply is a button that says Text.
type QuickReply struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// Operator is who runs the service.
type Operator struct {
	Name      string `json:"name"`
	Licence   string `json:"licence"`
	Complaint string `json:"complaint"`
}

// handler answers GET /v1/config.
func (s Site) handler() (http.Handler, error) {
	if s.QuickReplies == nil {
		s.QuickReplies = []QuickReply{}
	}
	body, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "public, max-age=60")
		_, _ = w.Write(body) // the client is gone, then
	}), nil
}
