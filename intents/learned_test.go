package intents_test

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"fenfu/intents"
	"fenfu/intents/faq"
	"fenfu/intents/learn"
)

var update = flag.Bool("update", false, "learn anew from the examples")

// lessons are the texts that are learned from, with their topics: the examples,
// our own messages that were measured with before, and questions about other
// things. What is still measured with is none of them.
func lessons(t *testing.T) (texts, topics []string) {
	t.Helper()
	known := map[string]bool{}
	add := func(text, topic string) {
		topic, _, _ = strings.Cut(topic, "|")
		if topic == "-" {
			topic = string(intents.Other)
		}
		if key := intents.Fold(text); !known[key] {
			known[key] = true
			texts, topics = append(texts, text), append(topics, topic)
		}
	}
	for _, name := range []string{"examples.tsv", "testdata/topics.tsv", "testdata/unseen1.tsv", "testdata/unseen2.tsv",
		"testdata/unseen3.tsv", "testdata/unseen4.tsv", "testdata/unseen5.tsv"} {
		for _, r := range rows(t, name) {
			if r[0] != "text" && r[1] != "ambiguous" {
				add(r[0], r[1])
			}
		}
	}
	for _, r := range rows(t, "faq/elsewhere.txt") {
		add(r[0], string(intents.Other))
	}
	book, err := faq.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range book.Entries() {
		for _, q := range e.Questions {
			if len(e.Intents) == 1 { // else it is for what is not its topic, too
				add(q, string(e.Intents[0]))
			}
		}
	}
	return texts, topics
}

// TestLearned: the model is what the examples make. A weight that another
// machine's arithmetic rounds to the next number is no difference.
func TestLearned(t *testing.T) {
	m := intents.New()
	texts, topics := lessons(t)
	examples := make([]learn.Example, len(texts))
	for i, text := range texts {
		examples[i] = learn.Example{Features: m.Features(text), Label: topics[i]}
	}
	got, err := learn.Train(examples).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	const name = "learned.bin"
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) || !bytes.Equal(got[:64], want[:64]) {
		t.Fatalf("%s has other labels or another size than what is learned: go test ./intents -run TestLearned -update", name)
	}
	off := 0
	for i := range got {
		if d := int8(got[i]) - int8(want[i]); d < -1 || d > 1 {
			off++
		}
	}
	if off > 0 {
		t.Errorf("%s differs in %d weights from what the examples teach: go test ./intents -run TestLearned -update", name, off)
	}
}

// TestExamples: each has a topic that a Matcher knows, and none has two.
func TestExamples(t *testing.T) {
	topics := []intents.Intent{intents.Apply, intents.HowToOpen, intents.WhyNot, intents.Limit, intents.Repay,
		intents.Close, intents.Human, intents.Status, intents.Greeting, intents.Other}
	known := map[string]string{}
	for _, r := range rows(t, "examples.tsv") {
		if len(r) != 2 || !slices.Contains(topics, intents.Intent(r[1])) {
			t.Errorf("%q is no text and its topic", r)
			continue
		}
		key := intents.Fold(r[0])
		if was, ok := known[key]; ok {
			t.Errorf("%s: stands there twice, as %s and %s", r[0], was, r[1])
		}
		known[key] = r[1]
	}
}
