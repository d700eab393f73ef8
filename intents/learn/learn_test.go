package learn_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"fenfu/intents/learn"
)

// lesson makes an example of a text.
func lesson(label, text string) learn.Example {
	return learn.Example{Features: learn.Chars(nil, []rune(text)), Label: label}
}

var lessons = []learn.Example{
	lesson("open", "帮我开通"), lesson("open", "我要开通"), lesson("open", "给我开一个"), lesson("open", "请开通一下"),
	lesson("close", "帮我关掉"), lesson("close", "我要注销"), lesson("close", "给我关了"), lesson("close", "请关闭一下"),
	lesson("ask", "怎么开通"), lesson("ask", "怎么关掉"), lesson("ask", "如何注销"), lesson("ask", "在哪开一个"),
}

func best(m *learn.Model, text string) (string, float64) {
	p := make([]float64, len(m.Labels))
	m.Score(learn.Chars(nil, []rune(text)), p)
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	if math.Abs(sum-1) > 1e-9 {
		return "", sum
	}
	top := slices.Max(p)
	return m.Labels[slices.Index(p, top)], top
}

func TestTrain(t *testing.T) {
	m := learn.Train(lessons)
	for text, want := range map[string]string{"请帮我开通": "open", "我要关掉": "close", "在哪注销": "ask"} {
		if got, p := best(m, text); got != want || p < 0.5 {
			t.Errorf("%s: %q by %.2f, want %s", text, got, p, want)
		}
	}
	if _, p := best(m, "今天下雨"); p > 0.7 {
		t.Errorf("what nothing was learned of is likely by %.2f", p)
	}
}

func TestSameLessonsSameModel(t *testing.T) {
	reversed := make([]learn.Example, len(lessons))
	for i, e := range lessons {
		reversed[i] = learn.Example{Features: slices.Clone(e.Features), Label: e.Label}
		slices.Reverse(reversed[i].Features)
	}
	a, _ := learn.Train(lessons).MarshalBinary()
	b, _ := learn.Train(reversed).MarshalBinary()
	if !bytes.Equal(a, b) {
		t.Error("the order of features makes another model")
	}
}

func TestRead(t *testing.T) {
	m := learn.Train(lessons)
	b, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	again, err := learn.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"请帮我开通", "我要关掉", "在哪注销", ""} {
		wantLabel, want := best(m, text)
		if label, p := best(again, text); label != wantLabel || p != want {
			t.Errorf("%q: %s by %v when read, %s by %v when learned", text, label, p, wantLabel, want)
		}
	}
	for _, bad := range [][]byte{nil, {0}, {200}, {3, 4, 'o'}, b[:20], b[:len(b)-1], append(slices.Clone(b), 0)} {
		if _, err := learn.Read(bad); err == nil {
			t.Errorf("read a model from %d bytes", len(bad))
		}
	}
}
