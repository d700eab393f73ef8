package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFAQCheck(t *testing.T) {
	out, err := runLine(t, nil, "faq", "check")
	if err != nil || out != "no problems\n" {
		t.Fatalf("the built-in entries: %v\n%s", err, out)
	}
}

func TestFAQCheckOnline(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/there" {
			http.NotFound(w, r)
		}
	}))
	defer site.Close()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.yaml", "- id: limit\n  intents: [limit]\n  questions: [分付额度是多少]\n  answer: 一定能通过。\n  sources: [there, gone]\n")
	write("facts.yaml", "sources: {there: '"+site.URL+"/there', gone: '"+site.URL+"/gone'}\n")
	out, err := runLine(t, nil, "faq", "check", "--online", dir)
	if err == nil || err.Error() != "2 problems in the knowledge base" {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"a.yaml:1:7: limit: says what may not be said (promise)", "facts.yaml: gone: " + site.URL + "/gone cannot be reached: status 404"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "/there cannot") {
		t.Errorf("a link that works is reported:\n%s", out)
	}
	write("a.yaml", "- id: limit\n  colour: red\n")
	if _, err := runLine(t, nil, "faq", "check", dir); err == nil || !strings.Contains(err.Error(), "2:3") {
		t.Errorf("an unknown key: %v", err)
	}
}

func TestFAQEval(t *testing.T) {
	file := filepath.Join(t.TempDir(), "questions.tsv")
	if err := os.WriteFile(file, []byte("text\tentry\n分付怎么还款\trepay\n分付额度是多少\trepay\n明天下雨吗\t-\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := runLine(t, nil, "faq", "eval", file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"right one first 1 of 2 (50.0 %)", "not answered 1 of 1 (100.0 %)", "with confidence: 1 of 3 (33.3 %)", "repay\tANSWERED: limit",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
