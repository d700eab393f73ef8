package slot_test

import (
	"testing"
	"time"

	"fenfu/bot/slot"
)

// asOf is the day that these tests are run on, in China.
var asOf = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// number completes seventeen digits with their check character.
func number(digits string) string { return digits + string(checkChar(digits)) }

// sample is the example of GB 11643 itself, the only ID number to show.
const sample = "11010519491231002X"

type findCase struct {
	text   string
	kind   slot.Kind // as found
	value  string
	note   string
	reason string
}

func testFind(t *testing.T, k slot.Kind, cases []findCase) {
	t.Helper()
	for _, c := range cases {
		f, err := k.Find(c.text, asOf)
		if c.reason != "" {
			if got := reasonOf(err); got != c.reason {
				t.Errorf("%s.Find(%q) refuses with %q (%q), want %q", k, c.text, got, f.Value.Reveal(), c.reason)
			}
			continue
		}
		want := c.kind
		if want == "" {
			want = k
		}
		if err != nil || f.Kind != want || f.Value.Reveal() != c.value || f.Note != c.note {
			t.Errorf("%s.Find(%q) = %s %q %q, %v; want %s %q %q", k, c.text, f.Kind, f.Value.Reveal(), f.Note, err, want, c.value, c.note)
		}
	}
}

func TestFindID(t *testing.T) {
	other, hongKong, foreigner := number("11010119900101123"), number("81000019900101123"), number("91102019900101123")
	testFind(t, slot.ID, []findCase{
		{text: sample, value: sample},
		{text: "11010519491231002x", value: sample},
		{text: "我的身份证号是11010519491231002X", value: sample},
		{text: "我的身份证号是11010519491231002X，手机13812345678", value: sample},
		{text: "11010519491231002X。", value: sample},
		{text: "110105 19491231 002X", value: sample},
		{text: "110105 19491231 002 X", value: sample},
		{text: "110105-1949-1231-002x", value: sample},
		{text: "１１０１０５１９４９１２３１００２Ｘ", value: sample},
		{text: "一一零一零五一九四九一二三一零零二X", value: sample},
		{text: "幺幺洞幺洞五 幺九四九幺二三幺 洞洞二X", value: sample},
		{text: "身份证：11010519491231002× 谢谢", value: sample},
		{text: "11010519491231002叉", value: sample},
		{text: "一一零一零五，一九四九一二三一，零零二叉", value: sample},
		{text: "110105，19491231, 002X", value: sample},
		{text: "张三11010519491231002X13812345678", value: sample},
		{text: "张三 11010519491231002X 13812345678", value: sample},
		{text: "我填错了，应该是11010519491231002X", value: sample},
		{text: "不是" + other + "，是11010519491231002X", value: sample},
		{text: "11010519491231002X 11010519491231002X", value: sample},
		{text: "11010519491231002X 或者 " + other, reason: "ambiguous"},
		{text: other + "错了，改成11010519491231002X", value: sample},
		{text: hongKong, value: hongKong, note: slot.HKMOTWPermit},
		{text: "我的证件号是 " + foreigner, value: foreigner, note: slot.Foreign},
		{text: "ABC123400112233", value: "ABC123400112233", note: slot.Foreign},
		{text: "", reason: "no_number"},
		{text: "为什么要身份证号", reason: "no_number"},
		{text: "我想一下", reason: "no_number"},
		{text: "11010519491231002", reason: "bad_length"},
		{text: "我的身份证号是1101051949123100", reason: "bad_length"},
		{text: "我的身份证号是110105194912310020", reason: "bad_checksum"},
		{text: "11010519491231002Y", reason: "bad_char"},
		{text: "身份证号是11010519491331002X", reason: "bad_date"},
		{text: "1101**********002X", reason: "masked"},
		{text: "1****************X", reason: "masked"},
		{text: "13812345678", reason: "bad_length"},
		{text: "身份证110105491231002", reason: "legacy15"},
		{text: "١١٠١٠٥١٩٤٩١٢٣١٠٠٢٠", reason: "bad_char"},
	})
}

func TestParseIDWarns(t *testing.T) {
	for number, want := range map[string]string{
		sample:                      "",
		number("11010319900101123"): slot.AbolishedRegion,
		number("11019919900101123"): slot.UnknownRegion,
		number("11010119900101000"): slot.Sequence000,
		"ABC123400112233":           slot.ManualReview,
	} {
		if info, err := slot.ParseID(number, asOf); err != nil || info.Warn != want {
			t.Errorf("ParseID(%s): warns %q, %v; want %q", number, info.Warn, err, want)
		}
	}
}

func TestCheckIDRefusesOtherDigits(t *testing.T) {
	for _, text := range []string{"1101051949123100\u00b2X", "①1010519491231002X", "١1010519491231002X", "𝟏1010519491231002X"} {
		if v := slot.Check(slot.ID, text, asOf); v.Valid || v.Reason != "bad_char" {
			t.Errorf("Check(%q) = %+v, want bad_char", text, v)
		}
	}
}
