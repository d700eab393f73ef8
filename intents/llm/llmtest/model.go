// Package llmtest is a fake language model: a real HTTP server that streams
// chat completions the way OpenAI-compatible servers do, says what a test wants
// it to say, records what it is asked, and misbehaves on demand.
package llmtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// Prompt is what the model is asked.
type Prompt struct {
	Rules    string
	Entries  []Entry // none: it is asked for a proposal
	Question string
}

// Entry is one entry that the model may answer from.
type Entry struct{ ID, Text string }

// Model is a fake model that listens.
type Model struct {
	URL string // the base URL of its API

	mu       sync.Mutex
	say      func(Prompt) string
	serve    http.HandlerFunc
	requests []string
}

// Start starts a model that says what say returns, in pieces of two characters.
// It stops when the test ends.
func Start(t testing.TB, say func(Prompt) string) *Model {
	t.Helper()
	m := &Model{say: say}
	server := httptest.NewServer(http.HandlerFunc(m.handle))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	m.URL = server.URL + "/v1"
	return m
}

// Say makes the model say something else from now on.
func (m *Model) Say(say func(Prompt) string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.say, m.serve = say, nil
}

// Misbehave makes handle answer all requests from now on.
func (m *Model) Misbehave(handle http.HandlerFunc) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.serve = handle
}

// Requests returns the bodies of the requests so far, headers before them.
func (m *Model) Requests() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.requests...)
}

func (m *Model) handle(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	m.mu.Lock()
	var head strings.Builder
	_ = r.Header.Write(&head) // into memory
	m.requests = append(m.requests, r.Method+" "+r.URL.String()+"\n"+head.String()+"\n"+string(body))
	say, serve := m.say, m.serve
	m.mu.Unlock()
	if serve != nil {
		serve(w, r)
		return
	}
	prompt, err := parse(body)
	if err != nil || r.URL.Path != "/v1/chat/completions" {
		http.Error(w, `{"error":{"message":"bad request","type":"invalid_request_error"}}`, http.StatusBadRequest)
		return
	}
	Stream(w, Pieces(say(prompt), 2)...)
	Finish(w, "stop")
}

// Stream writes pieces of text as chunks of a stream.
func Stream(w http.ResponseWriter, pieces ...string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for _, p := range pieces {
		content, err := json.Marshal(p)
		if err != nil {
			panic(err) // a string always can
		}
		Raw(w, fmt.Sprintf(`data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":%s},"finish_reason":null}]}`+"\n\n", content))
	}
}

// Finish ends a stream properly.
func Finish(w http.ResponseWriter, reason string) {
	Raw(w, fmt.Sprintf(`data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":%q}]}`+"\n\ndata: [DONE]\n\n", reason))
}

// Raw writes text and sends it at once.
func Raw(w http.ResponseWriter, text string) {
	_, _ = io.WriteString(w, text) // the client may be gone
	_ = http.NewResponseController(w).Flush()
}

// Pieces cuts text into pieces of n characters.
func Pieces(text string, n int) []string {
	var out []string
	runes := []rune(text)
	for len(runes) > 0 {
		k := min(n, len(runes))
		out = append(out, string(runes[:k]))
		runes = runes[k:]
	}
	return out
}

// Extract says what the first entry says, word for word, as a model that keeps
// to its rules would; and that it does not know if there is none.
func Extract(p Prompt) string {
	if len(p.Entries) == 0 {
		return "none"
	}
	return "依据：" + p.Entries[0].ID + "\n" + p.Entries[0].Text
}

var entryLine = regexp.MustCompile(`(?m)^\[([^\]\n]+)\] (.*)$`)

func parse(body []byte) (Prompt, error) {
	var r struct {
		Stream   bool
		Messages []struct{ Role, Content string }
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return Prompt{}, err
	}
	if !r.Stream || len(r.Messages) != 2 {
		return Prompt{}, fmt.Errorf("%d messages, stream %v", len(r.Messages), r.Stream)
	}
	p := Prompt{Rules: r.Messages[0].Content}
	said := r.Messages[1].Content
	for _, m := range entryLine.FindAllStringSubmatch(said, -1) {
		p.Entries = append(p.Entries, Entry{m[1], m[2]})
	}
	p.Question = said[strings.LastIndexByte(said, '\n')+1:]
	return p, nil
}
