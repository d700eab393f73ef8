package ws_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/web/ws"
)

func TestConversation(t *testing.T) {
	b := setup(t)
	v := b.dial(sessionA, 0)
	want := ws.ServerFrame{Type: ws.Welcome, Session: sessionA, Owner: bot.OwnerBot}
	if diff := cmp.Diff(want, v.Welcome); diff != "" {
		t.Fatalf("welcome (-want +got):\n%s", diff)
	}
	if err := v.Send("c1", "  开通分付\n"); err != nil {
		t.Fatal(err)
	}
	wantFrames := []ws.ServerFrame{
		{Type: ws.Ack, ID: "c1", Seq: 1},
		{Type: ws.Event, Seq: 1, From: bot.Visitor, Kind: bot.Text, Text: "开通分付", ID: "c1", At: "2026-11-22T10:00:00.123Z"},
		{
			Type: ws.Event, Seq: 2, From: bot.FromBot, Origin: bot.Script, Kind: bot.Choices, Text: "好的，请选择：",
			Choices: []bot.Choice{{Value: "yes", Label: "同意"}, {Value: "no", Label: "不同意"}}, At: "2026-11-22T10:00:00.123Z",
		},
	}
	for i, want := range wantFrames {
		if diff := cmp.Diff(want, v.next()); diff != "" {
			t.Errorf("frame %d (-want +got):\n%s", i, diff)
		}
	}
	if err := v.Choose("c2", "yes"); err != nil {
		t.Fatal(err)
	}
	if got := v.expect(ws.Ack); got.Seq != 3 || got.ID != "c2" {
		t.Errorf("ack of c2: %+v", got)
	}
	got := b.bot.handled()
	if len(got) != 2 || got[1].Kind != bot.Choose || got[1].Text != "yes" {
		t.Errorf("the bot got %+v", got)
	}
}

func TestDuplicateIsAcknowledgedTheSame(t *testing.T) {
	b := setup(t)
	v := b.dial(sessionA, 0)
	for range 3 {
		if err := v.Send("c1", "你好"); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []ws.Type{ws.Ack, ws.Event, ws.Event, ws.Ack, ws.Ack} {
		if f := v.next(); f.Type != want || want == ws.Ack && f.Seq != 1 {
			t.Errorf("frame %d: %+v, want %s", i, f, want)
		}
	}
	v.quiet()
	other := b.dial(sessionA, 2)
	if err := other.Send("c1", "你好"); err != nil {
		t.Fatal(err)
	}
	if f := other.expect(ws.Ack); f.Seq != 1 {
		t.Errorf("on another connection: %+v", f)
	}
	other.quiet()
}

func TestReplayThenLive(t *testing.T) {
	b := setup(t)
	for i := range 300 {
		b.log.append(sessionA, bot.Event{Kind: bot.Text, From: bot.FromBot, Text: "第一条"})
		if i == 0 {
			b.log.with(sessionA, func(s *fakeSession) { s.read = 1 })
		}
	}
	v := b.dial(sessionA, 10)
	if v.Welcome.Seq != 300 || v.Welcome.Read != 1 {
		t.Errorf("welcome %+v", v.Welcome)
	}
	for seq := int64(11); seq <= 300; seq++ {
		if f := v.expect(ws.Event); f.Seq != seq {
			t.Fatalf("replay: event %d, want %d", f.Seq, seq)
		}
	}
	for seq := int64(301); seq <= 310; seq++ {
		b.log.append(sessionA, bot.Event{Kind: bot.Text, From: bot.Agent, Origin: bot.Human, Text: "您好"})
		if f := v.expect(ws.Event); f.Seq != seq {
			t.Fatalf("live: event %d, want %d", f.Seq, seq)
		}
	}
	v.quiet()
}

// A client that remembers more than there is has outlived an erased log.
func TestReplayOfAnErasedLog(t *testing.T) {
	b := setup(t)
	b.log.append(sessionA, bot.Event{Kind: bot.Text, From: bot.FromBot, Text: "您好"})
	v := b.dial(sessionA, 40)
	if v.Welcome.Seq != 1 {
		t.Errorf("welcome %+v", v.Welcome)
	}
	if f := v.expect(ws.Event); f.Seq != 1 {
		t.Errorf("replay began with %+v", f)
	}
	b.log.with(sessionA, func(s *fakeSession) {
		if len(s.feeds) != 1 {
			t.Errorf("%d feeds are open, want 1", len(s.feeds))
		}
	})
}

func TestNotice(t *testing.T) {
	b := setup(t)
	v := b.dial(sessionA, 0)
	data := &bot.Data{
		Application: "a1", Decision: eligibility.NotEligible,
		Reasons: []eligibility.Reason{{Code: eligibility.NoSavingsCard, TextZH: "尚未绑定储蓄卡"}},
	}
	b.log.append(sessionA, bot.Event{Kind: bot.Notice, From: bot.System, Code: bot.CodeDecided, Text: "评估结果", Data: data})
	f := v.expect(ws.Event)
	if f.Code != bot.CodeDecided || f.Kind != bot.Notice || f.From != bot.System {
		t.Errorf("notice %+v", f)
	}
	if diff := cmp.Diff(data, f.Data); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
}

// What a visitor claims to be, beyond the token, changes nothing.
func TestVisitorSetsNeitherAuthorNorSession(t *testing.T) {
	b := setup(t)
	v := b.dial(sessionA, 0)
	raw := `{"type":"send","id":"c1","text":"你好","from":"agent","From":"system","session":"` + sessionB +
		`","owner":"agent","kind":"outcome","origin":"human","seq":99,"outcome":{"decision":"eligible"},"at":"2001-01-01T00:00:00Z"}`
	if err := v.Conn().WriteMessage(1, []byte(raw)); err != nil {
		t.Fatal(err)
	}
	v.expect(ws.Ack)
	want := []bot.Message{{Session: sessionA, ID: "c1", From: bot.Visitor, Kind: bot.Text, Text: "你好"}}
	if diff := cmp.Diff(want, b.bot.handled()); diff != "" {
		t.Errorf("the bot got (-want +got):\n%s", diff)
	}
	b.log.with(sessionB, func(s *fakeSession) {
		if len(s.events) != 0 {
			t.Errorf("another session got %d events", len(s.events))
		}
	})
}

func TestBotErrors(t *testing.T) {
	const secret = "11010519491231002X"
	tests := []struct {
		name   string
		err    error
		code   string
		says   string
		logged bool
	}{
		{"for the visitor", &bot.Error{Code: bot.Invalid, Message: "请换一种说法。", Err: errors.New("x")}, "invalid", "请换一种说法。", false},
		{"busy", &bot.Error{Code: bot.Limited, Message: "请稍后再发。"}, "limited", "请稍后再发。", false},
		{"no store", &bot.Error{Code: bot.Unavailable, Message: "请稍后再试。", Err: errors.New("dial redis")}, "unavailable", "请稍后再试。", true},
		{"unknown", errors.New("boom"), "internal", "系统开了小差，请稍后再试。", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := setup(t)
			b.bot.before = func(context.Context, bot.Message) error { return tt.err }
			v := b.dial(sessionA, 0)
			if err := v.Send("c1", secret); err != nil {
				t.Fatal(err)
			}
			want := ws.ServerFrame{Type: ws.Error, ID: "c1", Code: tt.code, Message: tt.says}
			if diff := cmp.Diff(want, v.next()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			v.quiet()
			logged := b.logged.String()
			if got := strings.Count(logged, sessionA); (got == 1) != tt.logged || got > 1 {
				t.Errorf("logged %d times: %s", got, logged)
			}
			if strings.Contains(logged, secret) {
				t.Errorf("the log tells what was said: %s", logged)
			}
		})
	}
}

func TestPanicEndsOneConnection(t *testing.T) {
	b := setup(t)
	b.bot.before = func(_ context.Context, m bot.Message) error {
		if m.Session == sessionA {
			panic("about " + m.Text.Reveal())
		}
		return nil
	}
	bystander := b.dial(sessionB, 0)
	v := b.dial(sessionA, 0)
	if err := v.Send("c1", "机密内容"); err != nil {
		t.Fatal(err)
	}
	v.expectClose(ws.CloseUnavailable)
	if err := bystander.Send("c1", "你好"); err != nil {
		t.Fatal(err)
	}
	bystander.expect(ws.Ack)
	logged := b.logged.String()
	if !strings.Contains(logged, "panicked") || strings.Contains(logged, "机密") {
		t.Errorf("log: %s", logged)
	}
	b.log.with(sessionA, func(*fakeSession) {}) // the lock was not left taken
	eventually(t, "the connection is forgotten", func() bool { return b.gauge("fenfu_ws_connections") == 1 })
}

func TestFeedFails(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want ws.CloseCode
	}{
		{"unavailable", errors.New("no store"), ws.CloseUnavailable},
		{"gone", &bot.Error{Code: bot.NotFound, Message: "会话已结束。"}, ws.CloseSessionEnded},
	}
	for _, tt := range tests {
		t.Run("follow "+tt.name, func(t *testing.T) {
			b := setup(t)
			b.log.follow = tt.err
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			_, err := ws.Dial(ctx, b.url, ws.Options{Token: "token-" + sessionA})
			closedWith(t, err, tt.want)
		})
		t.Run("next "+tt.name, func(t *testing.T) {
			b := setup(t)
			v := b.dial(sessionA, 0)
			b.log.with(sessionA, func(*fakeSession) { b.log.next = tt.err })
			b.log.append(sessionA, bot.Event{Kind: bot.Text, From: bot.FromBot, Text: "您好"})
			v.expect(ws.Error)
			v.expectClose(tt.want)
		})
	}
}

// TestRewound: a client that has events which the log has no longer is told to
// begin anew, by the close code alone.
func TestRewound(t *testing.T) {
	b := setup(t)
	v := b.dial(sessionA, 0)
	b.log.with(sessionA, func(*fakeSession) { b.log.next = fmt.Errorf("follow: %w", bot.ErrRewound) })
	b.log.append(sessionA, bot.Event{Kind: bot.Text, From: bot.FromBot, Text: "您好"})
	v.expectClose(ws.CloseRewound)
	if !ws.CloseRewound.Reconnect() {
		t.Error("a client would not come back")
	}
}

func TestClosedSession(t *testing.T) {
	b := setup(t)
	b.log.append(sessionA, bot.Event{Kind: bot.Text, From: bot.FromBot, Text: "再见"})
	b.log.with(sessionA, func(s *fakeSession) { s.owner = bot.OwnerClosed })
	v := b.dial(sessionA, 0)
	v.expect(ws.Event)
	v.expectClose(ws.CloseSessionEnded)
}

func TestRead(t *testing.T) {
	b := setup(t)
	for range 5 {
		b.log.append(sessionA, bot.Event{Kind: bot.Text, From: bot.FromBot, Text: "您好"})
	}
	v := b.dial(sessionA, 0)
	for range 5 {
		v.expect(ws.Event)
	}
	for _, seq := range []int64{3, 3, 2, 5} {
		if err := v.Write(&ws.ClientFrame{Type: ws.Read, Seq: seq}); err != nil {
			t.Fatal(err)
		}
	}
	v.quiet()
	b.log.with(sessionA, func(s *fakeSession) {
		if s.read != 5 || s.reads != 2 {
			t.Errorf("read %d after %d calls, want 5 after 2", s.read, s.reads)
		}
	})
	if err := v.Write(&ws.ClientFrame{Type: ws.Read, Seq: 6}); err != nil {
		t.Fatal(err)
	}
	if f := v.expect(ws.Error); f.Code != string(bot.Invalid) {
		t.Errorf("reading ahead: %+v", f)
	}
	if again := b.dial(sessionA, 5); again.Welcome.Read != 5 {
		t.Errorf("welcome %+v", again.Welcome)
	}
}

// Many visitors at once, each with its own order, none with another's events.
func TestManyVisitors(t *testing.T) {
	b := setup(t)
	const visitors, turns = 20, 20
	done := make(chan string, visitors)
	for i := range visitors {
		v := b.dial(strings.Repeat(string(rune('a'+i)), 26), 0)
		go func() { done <- talk(v, turns) }()
	}
	for range visitors {
		if wrong := <-done; wrong != "" {
			t.Error(wrong)
		}
	}
}

// talk has a conversation in closed loop, and says what was wrong with it.
func talk(v *visitor, turns int) string {
	for i := range turns {
		id := "m" + strconv.Itoa(i)
		if err := v.Send(id, "你好"); err != nil {
			return err.Error()
		}
		for j, want := range []ws.Type{ws.Ack, ws.Event, ws.Event} {
			f, err := v.receive()
			seq := int64(2*i + 1 + max(j-1, 0))
			if err != nil || f.Type != want || f.Seq != seq || j < 2 && f.ID != id {
				return "turn " + id + ": not what was due"
			}
		}
	}
	return ""
}

func TestAppLevelPing(t *testing.T) {
	b := setup(t)
	v := b.dial(sessionA, 0)
	v.quiet()
}

func TestServerPings(t *testing.T) {
	t.Parallel()
	const pongWait = 2 * time.Second
	b := setup(t, limits(func(l *ws.Limits) { l.PingEvery, l.PongWait = 5*time.Millisecond, pongWait }))
	v := b.dial(sessionA, 0)
	pings := make(chan struct{}, 1000)
	answer := v.Conn().PingHandler()
	v.Conn().SetPingHandler(func(s string) error {
		pings <- struct{}{}
		return answer(s)
	})
	go func() { // reading is what answers pings
		_, _ = v.receive()
	}()
	start := time.Now()
	for time.Since(start) < pongWait+pongWait/2 {
		select {
		case <-pings:
		case <-time.After(patience):
			t.Fatal("no ping")
		}
	}
	if n := b.gauge("fenfu_ws_connections"); n != 1 {
		t.Errorf("%v connections are left, want 1", n)
	}
}

func TestNoPong(t *testing.T) {
	b := setup(t, limits(func(l *ws.Limits) { l.PingEvery, l.PongWait = 5*time.Millisecond, 50*time.Millisecond }))
	v := b.dial(sessionA, 0)
	v.Conn().SetPingHandler(func(string) error { return nil })
	v.expectClose(ws.CloseSilent)
}
