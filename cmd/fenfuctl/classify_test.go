package main

import (
	"bytes"
	"strings"
	"testing"
)

func classify(t *testing.T, c classifyCmd, in string) string {
	t.Helper()
	var out bytes.Buffer
	if err := c.Run(streams{in: strings.NewReader(in), out: &out}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestClassify(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"keyword", "开通分付\n", "开通分付\tapply\tstart\n"},
		{"no line end", "怎么开通分付", "怎么开通分付\thow_to_open\toffer\n"},
		{"Windows line end", "转人工\r\n", "转人工\thuman\tnone\n"},
		{"no", "我不想开通分付\n", "我不想开通分付\tother\tnone\n"},
		{"about nothing", "张三\n", "张三\tother\tnone\n"},
		{"an empty line is a line", "\n你好\n", "\tother\tnone\n你好\tgreeting\tnone\n"},
		{"tabs cannot make columns", "开通\t分付\n", "开通 分付\tapply\tstart\n"},
		{"invalid UTF-8", "\xff\xfe\n", "\xff\xfe\tother\tnone\n"},
		{"NUL", "开通\x00分付\n", "开通\x00分付\tapply\tstart\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := classify(t, classifyCmd{}, c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestClassifyExplains(t *testing.T) {
	got := classify(t, classifyCmd{Explain: true}, "开通分付\n为什么要身份证号\n")
	want := "开通分付\tapply\tstart\tapply.bare\t\n为什么要身份证号\tother\tnone\tact.why_detail\twhy\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestClassifyReadsLongLines(t *testing.T) {
	long := strings.Repeat("长", 1<<20/3)
	got := classify(t, classifyCmd{}, long+"\n开通分付\n")
	if want := long + "\tother\tnone\n开通分付\tapply\tstart\n"; got != want {
		t.Errorf("%d bytes out, want %d", len(got), len(want))
	}
	var out bytes.Buffer
	err := (&classifyCmd{}).Run(streams{in: strings.NewReader("你好\n" + strings.Repeat("x", maxLine+1)), out: &out})
	if err == nil || !strings.Contains(err.Error(), "line 2") || out.String() != "你好\tgreeting\tnone\n" {
		t.Errorf("a line without end: error %v, out %q", err, out.String())
	}
}
