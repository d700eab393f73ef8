package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/pii"
	"fenfu/web/ws"
)

// fakeServer speaks just enough of the protocol to be measured, and can be told
// to get something wrong.
type fakeServer struct {
	*httptest.Server
	fault string
	mu    sync.Mutex
	logs  map[string]*fakeLog
}

type fakeLog struct {
	mu     sync.Mutex
	events [][]byte
	turns  int
	name   string
	visits int
}

func newFakeServer(t *testing.T, fault string) *fakeServer {
	t.Helper()
	s := &fakeServer{fault: fault, logs: map[string]*fakeLog{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/sessions", s.newSession)
	mux.HandleFunc("GET /ws", s.serve)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *fakeServer) newSession(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := fmt.Sprintf("s%d", len(s.logs))
	s.logs[id] = &fakeLog{}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"session":%q,"token":%q}`, id, id)
}

func (s *fakeServer) serve(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{Subprotocols: []string{ws.Subprotocol}}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	var l *fakeLog
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var f ws.ClientFrame
		if json.Unmarshal(raw, &f) != nil {
			return
		}
		var out [][]byte
		if f.Type == ws.Hello {
			s.mu.Lock()
			l = s.logs[f.Token]
			s.mu.Unlock()
			out = s.hello(l, f.After)
			if s.fault == "cut" && l.first() {
				time.AfterFunc(20*time.Millisecond, func() { conn.Close() })
			}
		} else {
			out = s.answer(l, &f)
		}
		for _, b := range out {
			if conn.WriteMessage(websocket.TextMessage, b) != nil {
				return
			}
		}
	}
}

func (s *fakeServer) hello(l *fakeLog, after int64) [][]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	seq := len(l.events)
	if s.fault == "loss" && seq > 0 {
		seq--
	}
	welcome := fmt.Appendf(nil, `{"type":"welcome","session":"s","seq":%d,"owner":"bot"}`, seq)
	return append([][]byte{welcome}, l.events[after:seq]...)
}

// first reports whether this is the log's first visitor.
func (l *fakeLog) first() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.visits++
	return l.visits == 1
}

// answer is a dialogue of seven turns with a decision at the end.
func (s *fakeServer) answer(l *fakeLog, f *ws.ClientFrame) [][]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	begin := len(l.events)
	l.add(bot.Event{From: bot.Visitor, Kind: bot.Text, Text: "…", ID: f.ID})
	reply := bot.Event{From: bot.FromBot, Kind: bot.Text, Text: "好"}
	switch l.turns %= len(dialogue); l.turns {
	case 0, 1, 5:
		reply.Choices = []bot.Choice{{Value: "yes", Label: "同意"}}
	case 3:
		l.name = f.Text.Reveal()
	}
	l.add(reply)
	if l.turns == len(dialogue)-1 {
		l.decide(s.fault)
	}
	l.turns++
	ack := fmt.Appendf(nil, `{"type":"ack","id":%q,"seq":%d}`, f.ID, begin+1)
	out := append([][]byte{ack}, l.events[begin:]...)
	switch s.fault {
	case "gap":
		return append(out[:1:1], out[2:]...)
	case "repeated":
		return append(out[:2:2], out[1:]...)
	case "ack_mismatch":
		out[0] = fmt.Appendf(nil, `{"type":"ack","id":%q,"seq":%d}`, f.ID, begin+2)
	case "error_frame":
		return [][]byte{[]byte(`{"type":"error","code":"limited","message":"…"}`)}
	}
	return out
}

func (l *fakeLog) decide(fault string) {
	people, _ := cast()
	e := bot.Event{From: bot.System, Kind: bot.Notice, Code: bot.CodeDecided, Text: "…"}
	e.Data = &bot.Data{Application: fmt.Sprint("a", len(l.events)), Decision: eligibility.ManualReview}
	for _, p := range people {
		if p.name == pii.Text(l.name) && fault != "wrong_decision" {
			e.Data.Decision = p.decision
		}
	}
	if fault == "wrong_decision" {
		e.Data.Decision = "perhaps"
	}
	l.add(e)
	if fault == "decided_twice" {
		l.add(e)
	}
}

func (l *fakeLog) add(e bot.Event) {
	e.Seq = int64(len(l.events) + 1)
	l.events = append(l.events, ws.AppendEvent(nil, &e))
}
