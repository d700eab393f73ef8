package redact_test

import (
	"path/filepath"
	"strings"
	"testing"

	"fenfu/bot/redact"
	"fenfu/intents"
)

// TestMaskNamesBesideOpening: also names that nothing introduces but that 分付 is
// to be opened for them.
func TestMaskNamesBesideOpening(t *testing.T) {
	for said, want := range map[string]string{
		"帮余重阳开通分付": "帮余**开通分付", "林小满 开通": "林** 开通", "林小满开通分付": "林**开通分付", "我想给陈静开通分付": "我想给陈*开通分付",
		"替王芳办分付": "替王*办分付", "张伟想开通": "张*想开通", "您好,李秀英要申请分付": "您好,李**要申请分付", "给我爸张建国申请一下": "给我爸张**申请一下",
		"俺媳妇翠花想开通": "俺媳妇**想开通", "帮我开通分付": "帮我开通分付", "高龄能申请吗": "高龄能申请吗", "何时能开通": "何时能开通",
	} {
		if got := redact.MaskNames(intents.Normalize(said), now); got != want {
			t.Errorf("%s: %s", said, got)
		}
	}
}

// TestMaskNamesLeavesWords: of the examples and the golden dialogues hardly any
// message is masked that does not say who somebody is.
func TestMaskNamesLeavesWords(t *testing.T) {
	var all []string
	for _, line := range linesOf(t, "../../intents/examples.tsv")[1:] {
		said, _, _ := strings.Cut(line, "\t")
		all = append(all, said)
	}
	dialogues, err := filepath.Glob("../testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range dialogues {
		for _, line := range linesOf(t, name) {
			if said, ok := strings.CutPrefix(line, "访客："); ok {
				all = append(all, said)
			}
		}
	}
	var masked []string
	for _, said := range all {
		said = intents.Normalize(said)
		if got := redact.MaskNames(said, now); got != said && !strings.ContainsAny(said, "叫是") && !strings.Contains(said, "姓名") && !strings.Contains(said, "本人") {
			masked = append(masked, got)
		}
	}
	if len(all) < 6000 || len(masked)*1000 > len(all) {
		t.Errorf("%d of %d: %q", len(masked), len(all), masked)
	}
	t.Log(len(masked), "of", len(all), masked)
}
