package intents_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"fenfu/intents"
)

// rows reads a table of tab-separated columns; lines that begin with # are
// comments.
func rows(t *testing.T, name string) [][]string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}

func TestMatchTopics(t *testing.T) {
	m := intents.New()
	for _, r := range rows(t, "testdata/topics.tsv") {
		got := m.Match(r[0])
		about := slices.Contains(strings.Split(r[1], "|"), label(got)) || r[1] == "-" && got.Intent == intents.None
		decided := r[2] == "-" || r[2] == "!start" && got.Decision != intents.Start || r[2] == string(got.Decision)
		if !about || !decided {
			t.Errorf("%s: %q/%s by %s, want %s/%s", r[0], got.Intent, got.Decision, got.Rule, r[1], r[2])
		}
		if r[1] == "-" && (got.Act != intents.NoAct || got.Question) {
			t.Errorf("%s: a detail, but act %q, question %v by %s", r[0], got.Act, got.Question, got.Rule)
		}
	}
}

func TestMatchActs(t *testing.T) {
	m := intents.New()
	for _, r := range rows(t, "testdata/acts.tsv") {
		got := m.Match(r[0])
		if string(got.Act) != strings.TrimPrefix(r[1], "-") || got.Slot != r[2] {
			t.Errorf("%s: %q %q by %s, want %s %q", r[0], got.Act, got.Slot, got.Rule, r[1], r[2])
		}
	}
}

func TestMatchRights(t *testing.T) {
	m := intents.New()
	for _, r := range rows(t, "testdata/rights.tsv") {
		got := m.Match(r[0])
		if string(got.Right) != strings.TrimPrefix(r[1], "-") || got.Question != (r[2] == "?") {
			t.Errorf("%s: %q, question %v by %s, want %s %q", r[0], got.Right, got.Question, got.Rule, r[1], r[2])
		}
		if got.Right != intents.NoRight && got.Decision == intents.Start {
			t.Errorf("%s: makes use of a right and starts", r[0])
		}
	}
}

func TestMatchOfWhatIsNoText(t *testing.T) {
	m := intents.New()
	for _, s := range []string{"", " ", "\u200b", "。。。", "/大哭", "\xff\xfe", "😭😭"} {
		if got := m.Match(s); got != (intents.Match{Decision: intents.Nothing}) {
			t.Errorf("Match(%q) = %+v", s, got)
		}
	}
	if got := m.Match("？？"); !got.Question || got.Intent != intents.None {
		t.Errorf("question marks alone: %+v", got)
	}
}

func TestMatchSaysWhichRuleDecided(t *testing.T) {
	m := intents.New()
	for text, rule := range map[string]string{
		"开通分付":    "apply.bare",
		"转人工":     "human.asked",
		"好的":      "act.affirm",
		"我不想开通分付": "other.not_wanted+act.not_wanted",
		"👌":       "sign.affirm",
	} {
		if got := m.Match(text).Rule; got != rule {
			t.Errorf("%s: rule %q, want %q", text, got, rule)
		}
	}
}

func TestMatchOfQuestions(t *testing.T) {
	m := intents.New()
	for text, want := range map[string]bool{
		"为什么要身份证号": true, "额度多少": true, "可以不填吗": true, "是这样么": true, "张三?": true, "在哪里看": true,
		"张三": false, "好的": false, "13812345678": false, "我叫李明": false, "北京市朝阳区": false, "zhang_san88": false,
	} {
		if got := m.Match(text).Question; got != want {
			t.Errorf("%s: question %v", text, got)
		}
	}
}

// A visitor who says no must never find a dialogue started.
func TestMatchNeverStartsOnANo(t *testing.T) {
	m := intents.New()
	for _, no := range []string{"我不想", "不要", "我不要", "不需要", "我没想", "别给我", "不要给我", "先别", "我不打算", "拒绝", "不想再", "不用"} {
		for _, what := range []string{"开通分付", "开通分付了", "申请分付", "开分付", "开通", "办理分付", "激活分付"} {
			for _, end := range []string{"", "，谢谢", "！", "，不要再问了"} {
				if got := m.Match(no + what + end); got.Decision == intents.Start {
					t.Errorf("%s%s%s starts by %s", no, what, end, got.Rule)
				}
			}
		}
	}
}

// The keyword starts in every disguise: whatever is invisible or typed between
// its characters, in whatever script or width.
func TestMatchStartsOnTheKeywordInDisguise(t *testing.T) {
	m := intents.New()
	for _, open := range []string{"开通", "開通", "kaitong", "ＫＡＩＴＯＮＧ", "开同", "凯通"} {
		for _, name := range []string{"分付", "份付", "粉付", "芬富", "fenfu", "fen付", "ＦｅｎＦｕ", "分 付"} {
			for _, between := range []string{"", " ", "\u200b", "。", "…", "\u00ad", "\ufe0f", "😊", "[微笑]", "/可怜"} {
				s := open + between + name
				if got := m.Match(s); got.Decision != intents.Start || got.Intent != intents.Apply {
					t.Errorf("%q: %s/%s by %q", s, got.Intent, got.Decision, got.Rule)
				}
			}
		}
	}
}

func TestMatchIsSafeForUseByMany(t *testing.T) {
	m := intents.New()
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for range 200 {
				if m.Match("开通份付").Decision != intents.Start {
					t.Error("does not start")
				}
			}
		})
	}
}

func FuzzMatch(f *testing.F) {
	for _, s := range []string{"开通分付", "$", "$$开通分付$", "^", "/大", "[", "\x00", "我要开通。不要", strings.Repeat("分付", 300)} {
		f.Add(s)
	}
	m := intents.New()
	f.Fuzz(func(t *testing.T, s string) {
		got := m.Match(s)
		if got.Decision != intents.Nothing && got.Decision != intents.Offer && got.Decision != intents.Start {
			t.Fatalf("Match(%q): decision %q", s, got.Decision)
		}
		if got.Decision == intents.Start && got.Intent != intents.Apply {
			t.Fatalf("Match(%q): starts, but is about %q", s, got.Intent)
		}
		if (got.Intent != intents.None || got.Act != intents.NoAct) && got.Rule == "" {
			t.Fatalf("Match(%q): no rule for %+v", s, got)
		}
		if again := m.Match(intents.Normalize(s)); again != got {
			t.Fatalf("Match(%q) = %+v, normalized %+v", s, got, again)
		}
	})
}
