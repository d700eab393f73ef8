package pii_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"fenfu/bot/pii"
)

// secret is what must never be seen, in any of the forms below.
const secret = "11010519491231002X"

// seen reports whether s shows the secret: as it is, in hexadecimal, quoted by
// byte, or a telling part of it.
func seen(s string) bool {
	lower := strings.ToLower(s)
	for _, form := range []string{
		secret, secret[:6], secret[12:], fmt.Sprintf("%x", secret[:6]), fmt.Sprintf("% x", secret[:6]), fmt.Sprintf("%v", []byte(secret[:6])), "49 49 48 49",
	} {
		if strings.Contains(lower, strings.ToLower(strings.Trim(form, "[]"))) {
			return true
		}
	}
	return false
}

type person struct {
	Name   string
	Number pii.Text
	Inner  struct{ Other pii.Text }
	List   []pii.Text
	Any    any
	hidden pii.Text
}

// shapes are the ways a Text lies in other values.
func shapes() map[string]any {
	text := pii.Text(secret)
	p := person{Name: "x", Number: text, List: []pii.Text{text}, Any: text, hidden: text}
	p.Inner.Other = text
	return map[string]any{
		"text":    text,
		"pointer": &text,
		"slice":   []pii.Text{text},
		"array":   [1]pii.Text{text},
		"map":     map[string]pii.Text{"k": text},
		"key":     map[pii.Text]int{text: 1},
		"struct":  p,
		"to it":   &p,
		"any":     []any{text, &text, p},
	}
}

func TestNoVerbShowsTheContent(t *testing.T) {
	for name, v := range shapes() {
		if _, ok := v.(person); ok || name == "to it" || name == "any" {
			continue // see TestStructFields
		}
		// Not %p, nor %w for what is no error: fmt does not ask the value
		// then, and vet refuses both.
		for _, verb := range "vTtbcdoOqxXUeEfFgGs" {
			for _, flag := range []string{"", "+", "#", " ", "-", "0", "40", ".3", "#40.3"} {
				format := "%" + flag + string(verb)
				if out := fmt.Sprintf(format, v); seen(out) {
					t.Errorf("%s of a %s: %s", format, name, out)
				}
			}
		}
		for _, out := range []string{fmt.Sprint(v), fmt.Sprintln(v), fmt.Errorf("load: %v", v).Error(), errors.Join(fmt.Errorf("%+v", v)).Error()} {
			if seen(out) {
				t.Errorf("printing a %s: %s", name, out)
			}
		}
	}
}

// fmt cannot call methods on unexported fields, so it prints them as they are:
// personal data has no place in one that is printed. This test keeps exported
// fields honest, and the limit known.
func TestStructFields(t *testing.T) {
	p := person{Name: "x", Number: secret, List: []pii.Text{secret}, Any: pii.Text(secret)}
	p.Inner.Other = secret
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		for _, v := range []any{p, &p, []person{p}, map[string]person{"k": p}} {
			if out := fmt.Sprintf(format, v); seen(out) {
				t.Errorf("%s: %s", format, out)
			}
		}
	}
}

func TestLogShowsNothing(t *testing.T) {
	for name, v := range shapes() {
		if name == "key" {
			continue
		}
		var out bytes.Buffer
		log := slog.New(slog.NewJSONHandler(&out, nil))
		log.Info("m", "v", v)
		log.With("v", v).WithGroup("g").Info("m", slog.Any("v", v), slog.Group("h", "v", v))
		log.Error("m", "err", fmt.Errorf("load %v: %w", v, errors.New("x")))
		if name != "struct" && name != "to it" && name != "any" {
			text := slog.New(slog.NewTextHandler(&out, nil))
			text.Info("m", "v", v)
		}
		if name == "struct" || name == "to it" || name == "any" {
			if i := strings.Index(out.String(), `"err"`); i >= 0 {
				out.Truncate(i) // %v of an unexported field, see TestStructFields
			}
		}
		if seen(out.String()) {
			t.Errorf("a %s in the log: %s", name, out.String())
		}
	}
}

func TestEncodingShowsNothing(t *testing.T) {
	for name, v := range shapes() {
		if name == "key" {
			continue // encoding/json asks no key of a string type
		}
		out, err := json.Marshal(v)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if seen(string(out)) {
			t.Errorf("a %s as JSON: %s", name, out)
		}
	}
	type element struct {
		A pii.Text `xml:"a,attr"`
		E pii.Text `xml:"e"`
	}
	out, err := xml.Marshal(element{secret, secret})
	if err != nil || seen(string(out)) {
		t.Errorf("XML: %s, %v", out, err)
	}
}

func TestReveal(t *testing.T) {
	text := pii.Text(secret)
	if text.Reveal() != secret {
		t.Error("Reveal does not give the content")
	}
	if text.IsZero() || !pii.Text("").IsZero() {
		t.Error("IsZero")
	}
	if got := fmt.Sprintf("%s|%v|%#v", text, text, text); got != `[redacted]|[redacted]|pii.Text("[redacted]")` {
		t.Errorf("prints %s", got)
	}
	if got := fmt.Sprintf("%s|%v|%q", pii.Text(""), pii.Text(""), pii.Text("")); got != `||` {
		t.Errorf("an empty one prints %s", got)
	}
}
