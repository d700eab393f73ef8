package main

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/pii"
	"fenfu/web/ws"
)

// hostile is text that looks like what parseFrame looks for.
var hostile = []string{
	"", "你好", `,"seq":7`, `","seq":7,"id":"x"`, `"choices":[{"value":"y"`, `\","code":"z`, "\n\"", `{"type":"ack"`,
}

func TestParseFrameReadsWhatTheServerWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String())
		e := bot.Event{
			Seq:  rapid.Int64Range(1, 1<<40).Draw(t, "seq"),
			Kind: bot.Text, From: rapid.SampledFrom([]bot.Author{bot.Visitor, bot.FromBot, bot.System}).Draw(t, "from"),
			Text: pii.Text(text.Draw(t, "text")), At: time.Unix(0, 0),
		}
		var choice, decision, application string
		if rapid.Bool().Draw(t, "choices") {
			choice = "consent.agree"
			e.Choices = []bot.Choice{{Value: choice, Label: text.Draw(t, "label")}, {Value: "other", Label: "x"}}
		}
		if rapid.Bool().Draw(t, "notice") {
			e.Code, application, decision = bot.CodeDecided, "app1", "not_eligible"
			e.Data = &bot.Data{Application: application, Decision: eligibility.Decision(decision), Reasons: []eligibility.Reason{
				{Code: "UNDER_AGE", TextZH: text.Draw(t, "reason")},
			}}
		}
		if rapid.Bool().Draw(t, "id") {
			e.ID = "v1.2"
		}
		raw := ws.AppendEvent(nil, &e)
		f, err := parseFrame(raw)
		if err != nil {
			t.Fatal(err)
		}
		if string(f.kind) != "event" || f.seq != e.Seq || string(f.from) != string(e.From) || string(f.id) != e.ID ||
			string(f.code) != e.Code || string(f.choice) != choice || string(f.decision) != decision || string(f.application) != application {
			t.Fatalf("read %+v from %s", f, raw)
		}
	})
}

func TestParseFrameOfTheOtherTypes(t *testing.T) {
	for _, tc := range []struct {
		raw, kind, id, code string
		seq                 int64
	}{
		{`{"type":"ack","id":"c1","seq":13}`, "ack", "c1", "", 13},
		{`{"type":"welcome","session":"s","seq":12,"owner":"bot","read":3}`, "welcome", "", "", 12},
		{`{"type":"error","code":"limited","message":"太快了","id":"c9","retry_after_ms":2000}`, "error", "c9", "limited", 0},
		{`{"type":"bye","reconnect_after_ms":1500}`, "bye", "", "", 0},
		{`{"type":"event","from":"bot"}`, "event", "", "", -1},
	} {
		f, err := parseFrame([]byte(tc.raw))
		if err != nil || string(f.kind) != tc.kind || string(f.id) != tc.id || string(f.code) != tc.code || f.seq != tc.seq {
			t.Errorf("%s: %+v, %v", tc.raw, f, err)
		}
	}
	if _, err := parseFrame([]byte(`[1]`)); err == nil {
		t.Error("took an array for a frame")
	}
}

func BenchmarkParseFrame(b *testing.B) {
	e := bot.Event{Seq: 14, From: bot.FromBot, Kind: bot.Choices, Origin: bot.Script, Text: pii.Text(make([]byte, 1200)), Choices: []bot.Choice{{Value: "consent.agree", Label: "同意"}}}
	raw := ws.AppendEvent(nil, &e)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseFrame(raw); err != nil {
			b.Fatal(err)
		}
	}
}
