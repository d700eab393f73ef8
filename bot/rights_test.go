package bot_test

import (
	"strings"
	"testing"

	"fenfu/bot"
	"fenfu/bot/eligibility"
)

// TestErasure has everything deleted, and looks for what is left: in the state,
// in the log as another node reads it, in what is due.
func TestErasure(t *testing.T) {
	for _, tt := range []struct {
		name, order, code string
		before            func(*world)
	}{
		{"a half-filled form", "删除我的信息", bot.CodeErased, func(w *world) {
			w.say(w.node(), "我叫林小满，想开通分付", "同意", "同意", "林小满", "我住在梧桐路", "110199199005219903")
		}},
		{"an application under way", "撤回同意", bot.CodeWithdrawn, func(w *world) {
			w.parts.Checker = slowCheck{}
			w.confirmed(w.node())
			if err := w.node().Wake(ctx, w.session); err != nil {
				t.Fatal(err)
			}
		}},
		{"an application decided", "删除我的信息", bot.CodeErased, func(w *world) {
			w.confirmed(w.node())
			if err := w.node().Wake(ctx, w.session); err != nil {
				t.Fatal(err)
			}
		}},
		{"nothing", "删除我的信息", bot.CodeErased, func(w *world) { w.say(w.node(), "你好") }},
		{"while a person answers", "删除我的信息", bot.CodeErased, func(w *world) {
			w.say(w.node(), "开通分付", "同意", "同意", "林小满")
			w.takeOver()
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.before(w)
			before := w.load()
			w.say(w.node(), tt.order)
			s := w.load()
			if f := s.Flow; f.Status != "" || len(f.Details)+len(f.Consents) > 0 {
				t.Errorf("left in the form: %+v", f)
			}
			if a := s.Application; a != nil && a.Request.Subject != (eligibility.Subject{}) {
				t.Errorf("left in the application: %+v", a)
			}
			if !s.Due.IsZero() && s.Owner == bot.OwnerBot { // a person is waited for on
				t.Errorf("due at %v", s.Due)
			}
			if s.Owner != before.Owner {
				t.Errorf("owner %s, want %s", s.Owner, before.Owner)
			}
			var receipt string
			for i, e := range w.events(0) {
				text := e.Text.Reveal()
				switch {
				case e.Seq != int64(i)+1:
					t.Fatalf("event %d at place %d", e.Seq, i+1)
				case e.Code == tt.code:
					receipt = e.Data.Receipt
					if !strings.Contains(text, receipt) {
						t.Errorf("the visitor is not told the receipt: %s", text)
					}
				case e.Seq <= before.Seq && (strings.Contains(text, "*") || e.From == bot.Visitor && text != "（内容已删除）"):
					t.Errorf("left in the log: %d %s", e.Seq, text)
				}
			}
			if !strings.HasPrefix(receipt, "DEL-20261122-") || len(receipt) != len("DEL-20261122-12345678") {
				t.Errorf("receipt %q", receipt)
			}
		})
	}
}

// An answer of the check that comes after the deletion changes nothing.
func TestAnswerAfterErasure(t *testing.T) {
	w := newWorld(t)
	w.confirmed(w.node())
	id := w.load().Application.Request.CheckID
	w.say(w.node(), "删除我的信息")
	before := w.load()
	if err := w.node().Called(ctx, id); err != nil {
		t.Fatal(err)
	}
	w.outcome(id)
	if got := w.load(); got.Version != before.Version || got.Application != nil {
		t.Errorf("version %d, application %+v", got.Version, got.Application)
	}
}

func (w *world) outcome(checkID string) {
	w.t.Helper()
	_, err := w.node().Handle(ctx, bot.Message{Session: w.session, ID: "late", From: bot.System, Kind: bot.Outcome, Outcome: &bot.Try{
		CheckID: checkID, Result: &eligibility.Result{CheckID: checkID, Decision: eligibility.Eligible},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Under fourteen nothing stays, masked or not.
func TestUnder14LeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.say(w.node(), "开通分付", "同意", "同意", "林小满")
	before := w.load().Seq
	w.say(w.node(), "130407201211239959")
	for _, e := range w.events(0) {
		if text := e.Text.Reveal(); e.Seq <= before && (e.From == bot.Visitor && text != "（内容已删除）" || strings.Contains(text, "*")) {
			t.Errorf("left in the log: %d %s", e.Seq, text)
		}
	}
}

// Each right that is made use of stands in the log by its code, without a word
// of the visitor's data.
func TestRightsAreLogged(t *testing.T) {
	w := newWorld(t)
	w.confirmed(w.node())
	if err := w.node().Wake(ctx, w.session); err != nil {
		t.Fatal(err)
	}
	w.say(w.node(), "查看我的信息", "申请人工复核", "撤回同意", "查看我的信息")
	for code, want := range map[string]int{bot.CodeViewed: 2, bot.CodeReview: 1, bot.CodeWithdrawn: 1, bot.CodeErased: 0} {
		if got := w.count(code); got != want {
			t.Errorf("%d notices %s, want %d", got, code, want)
		}
	}
	for _, e := range w.events(0) {
		for _, detail := range []string{"林小满", "110199199005219903", "13800138000"} {
			if strings.Contains(e.Text.Reveal(), detail) {
				t.Errorf("event %d shows %s", e.Seq, detail)
			}
		}
	}
}
