package slot_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"fenfu/bot/slot"
)

var kinds = []slot.Kind{slot.Name, slot.ID, slot.Contact, slot.Phone, slot.Email, slot.WeChat}

func seeds(f *testing.F) {
	for _, s := range []string{
		"", sample, "张三 11010519491231002X 13812345678", "一三八 一二三四 五六七八", "+86 138-1234-5678", "１３８１２３４５６７８", "a@b.com", "@@@", "x", "×",
		"不是13812345678是13912345678", "姓名：阿卜杜拉 · 买买提", "微信号 zhangsan_88", "手机号就是微信", "138****5678", "1****************X", "\xff\xfe1381234",
		"13812345678转801", "张三X", "ABC123400112233", "1\u200b3\u200b812345678", "六二二二零二13812345678", "+", "+1", "0086+86", "名字改成李四", "·", "叫", "一1一1一1一1",
	} {
		f.Add(s)
	}
}

func FuzzFind(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, k := range kinds {
			found, err := k.Find(text, asOf)
			if err != nil {
				if reasonOf(err) == "" || !strings.Contains(" "+strings.Join(slot.Reasons(k), " ")+" ", " "+reasonOf(err)+" ") {
					t.Fatalf("%s.Find(%q): %v is no known reason", k, text, err)
				}
				continue
			}
			if found.Start < 0 || found.Start >= found.End || found.End > len(text) {
				t.Fatalf("%s.Find(%q) at %d..%d of %d", k, text, found.Start, found.End, len(text))
			}
			if found.Value.IsZero() && found.Note != slot.SameAsPhone {
				t.Fatalf("%s.Find(%q) finds nothing", k, text)
			}
			v := found.Value.Reveal()
			if again, err := found.Kind.Find(v, asOf); !strings.HasPrefix(v, "+") && v != "" && (err != nil || again.Value != found.Value) {
				t.Fatalf("%s.Find(%q) = %q, which is not found again: %q %v", k, text, v, again.Value.Reveal(), err)
			}
		}
	})
}

func FuzzScan(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		found := slot.Scan(text, asOf)
		for _, d := range found {
			if d.Start < last || d.Start >= d.End || d.End > len(text) {
				t.Fatalf("Scan(%q): %s at %d..%d of %d", text, d.Kind, d.Start, d.End, len(text))
			}
			last = d.Start
		}
		slot.NearMiss(text, asOf)
		checkRedacted(t, text, slot.Hide(text, found))
		for _, k := range kinds {
			slot.Check(k, text, asOf)
		}
	})
}

// longNumber is what no redacted text may hold: seven digits or more, also with
// single spaces, dashes or invisible characters between.
var longNumber = regexp.MustCompile(`[0-9０-９]([ \-\x{200b}\x{feff}]?[0-9０-９]){6}`)

func checkRedacted(t *testing.T, text, out string) {
	t.Helper()
	if longNumber.MatchString(out) {
		t.Fatalf("%q leaves a number: %q", text, out)
	}
	if again := slot.Redact(out); again != out {
		t.Fatalf("%q becomes %q, then %q", text, out, again)
	}
	if utf8.ValidString(text) && !utf8.ValidString(out) {
		t.Fatalf("%q becomes invalid UTF-8", text)
	}
}

func FuzzRedact(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) { checkRedacted(t, text, slot.Redact(text)) })
}
