package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func evalFile(t *testing.T, text string, errs bool) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "labelled.tsv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := (&evalCmd{File: path, Errors: errs}).Run(streams{out: &out})
	return out.String(), err
}

func TestEval(t *testing.T) {
	out, err := evalFile(t, "text\tlabel\talso_ok\tdecision\n"+
		"开通分付\tapply\t\tstart|offer\n"+
		"转人工\thuman\t\tstart\n"+
		"我可以开通分付吗\tapply\thow_to_open\n"+ // right by its second label
		"怎么还款\tlimit\t\n"+ // labelled wrongly on purpose
		"开通分付啊\tother\t\n"+ // so is this
		"？\tambiguous\t\n", true)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"apply            0.667     1.000     0.800      2\n",
		"human            1.000     1.000     1.000      1\n",
		"limit            0.000     0.000     0.000      1\n",
		"requests that start: 1 of 2 (50.0 %), start or are offered to: 2 (100.0 %)\n",
		"others that start: 1 of 4 (25.00 %)\n",
		"limit\trepay\tnone\trepay\t怎么还款\n",
		"decided as wanted: 1 of 2 (50.0 %)\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, ambiguous) {
		t.Errorf("ambiguous texts count:\n%s", out)
	}
}

func TestEvalRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                "no labelled lines",
		"text\tlabel\n":   "no labelled lines",
		"text\tlabel\n你好": "line 2: no label",
	} {
		if _, err := evalFile(t, text, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
