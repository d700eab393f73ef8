package flow_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"fenfu/bot/flow"
)

var vars = map[string]string{
	"operator": "示例机构", "checker": "示例审核方", "product": "分付", "complaint": "示例热线", "retention": "30", "unfinished": "7",
}

func source(t testing.TB) string {
	t.Helper()
	data, err := fs.ReadFile(flow.Embedded(), "apply.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func load(src string) error {
	_, err := flow.Load(fstest.MapFS{"apply.yaml": {Data: []byte(src)}}, vars)
	return err
}

func TestLoadEmbedded(t *testing.T) {
	b, err := flow.Load(flow.Embedded(), vars)
	if err != nil {
		t.Fatal(err)
	}
	f := b.Flow("apply")
	if f == nil || f.Version < 1 || f.Product == "" {
		t.Fatalf("flow = %+v", f)
	}
	if got := f.Steps[0].Ask; !strings.Contains(got, "示例机构") || strings.Contains(got, "{operator}") {
		t.Errorf("placeholders are not filled: %s", got)
	}
}

// TestLoadErrors breaks the built-in flow in one place each time and wants the
// fault named, at the line it is on.
func TestLoadErrors(t *testing.T) {
	tests := []struct {
		name, old, new string
		want           string // in the message
		at             string // text that stands on the line that is named, after the change
	}{
		{"unknown target", "next: id_number", "next: passport", `unknown step "passport"`, "passport"},
		{"circle", "next: confirm", "next: name", "circle", "next: name"},
		{"unreachable step", "next: id_number", "next: contact", `"id_number" cannot be reached`, "- id: id_number"},
		{"missing short", "    short: 请问您身份证上的姓名是？\n", "", "missing text", "- id: name"},
		{"missing refusal", "      legacy15: 15 位的老号码已经停用，请填写现在证件上的 18 位号码。\n", "", "legacy15", "errors:"},
		{"refusal that cannot happen", "      legacy15:", "      on_mars: x\n      legacy15:", "never refused", "on_mars"},
		{"unknown field", "sensitivity: identity", "sensitive: identity", `unknown field`, "sensitive: identity"},
		{"unknown sensitivity", "sensitivity: identity", "sensitivity: harmless", "unknown sensitivity", "harmless"},
		{"unknown kind", "kind: confirm", "kind: shout", "unknown kind", "kind: shout"},
		{"unknown detail", "detail: id_number", "detail: shoe_size", "unknown detail", "shoe_size"},
		{"step id twice", "- id: contact", "- id: name", "used twice", "- id: name"},
		{"unknown placeholder", "收集：{operator}", "收集：{nobody}", "unknown placeholder {nobody}", "ask:"},
		{"consent without version", `{id: disclose, version: "2026-11-22"}`, "{id: disclose}", "needs an id and a version", "{id: disclose}"},
		{"text missing", "  stuck: 看起来这里遇到了困难。您可以继续填写、转人工、稍后再填，或者取消申请。\n", "", "texts.stuck", "texts:"},
		{"unknown text", "  hello:", "  helo:", `unknown text "helo"`, "helo:"},
		{"button missing", "  park: 稍后再填\n", "", "buttons.park", "buttons:"},
		{"detail before consent", "  - id: collect\n    kind: consent", "  - id: collect\n    kind: detail\n    detail: name", "before any consent", ""},
		{"wrong type", "version: 1\n", "version: one\n", "", "version: one"},
		{"not YAML", "steps:\n", "steps: [\n", "", ""},
		{"rule from the future", "version: 1\n", "version: 2\nmigrate: [{from: [2]}]\n", "version 2 is not before", "migrate:"},
		{"rule from nowhere", "version: 1\n", "version: 2\nmigrate: [{steps: {a: name}}]\n", "needs the versions", "migrate:"},
		{"rule to an unknown step", "version: 1\n", "version: 2\nmigrate: [{from: [1], steps: {a: b}}]\n", `unknown step "b"`, "migrate:"},
		{"rule that asks again for nothing", "version: 1\n", "version: 2\nmigrate: [{from: [1], again: [collect]}]\n", "asks for a detail", "migrate:"},
		{"version zero", "version: 1\n", "version: 0\n", "version must be", "version: 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := source(t)
			broken := strings.Replace(src, tt.old, tt.new, 1)
			if broken == src {
				t.Fatalf("%q is not in the flow", tt.old)
			}
			err := load(broken)
			if err == nil {
				t.Fatal("loaded without an error")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not say %q", err, tt.want)
			}
			var le *flow.LoadError
			if !errors.As(err, &le) || le.Line < 1 || le.Column < 1 || le.File != "apply.yaml" {
				t.Fatalf("error %#v names no place", err)
			}
			if tt.at == "" {
				return
			}
			if !namesLine(err, strings.Split(broken, "\n"), tt.want, tt.at) {
				t.Errorf("no error is on the line of %q:\n%v", tt.at, err)
			}
		})
	}
}

// namesLine reports whether one of the errors that hold want is on a line that
// holds at, or on the line just below it (an absent child has the place of
// its parent's value).
func namesLine(err error, lines []string, want, at string) bool {
	all := []error{err}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		all = j.Unwrap()
	}
	for _, e := range all {
		var le *flow.LoadError
		if !errors.As(e, &le) || !strings.Contains(le.Msg, want) {
			continue
		}
		for _, n := range []int{le.Line, le.Line - 1} {
			if n >= 1 && n <= len(lines) && strings.Contains(lines[n-1], at) {
				return true
			}
		}
	}
	return false
}

func TestLoadReportsAllAtOnce(t *testing.T) {
	src := strings.Replace(source(t), "next: id_number", "next: passport", 1)
	src = strings.Replace(src, "kind: confirm", "kind: shout", 1)
	err := load(src)
	if err == nil || !strings.Contains(err.Error(), "passport") || !strings.Contains(err.Error(), "shout") {
		t.Errorf("err = %v, want both faults", err)
	}
}

func TestLoadVersionsSideBySide(t *testing.T) {
	second := strings.Replace(source(t), "version: 1\n", "version: 2\n", 1)
	b, err := flow.Load(fstest.MapFS{"a.yaml": {Data: []byte(second)}, "b.yaml": {Data: []byte(source(t))}}, vars)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Flow("apply").Version; got != 2 {
		t.Errorf("the newest is version %d, want 2", got)
	}
	for version, want := range map[int]int{1: 1, 2: 2, 3: 2} {
		if got := b.Of(flow.State{Flow: "apply", Version: version}).Version; got != want {
			t.Errorf("a session of version %d goes on with %d, want %d", version, got, want)
		}
	}
	_, err = flow.Load(fstest.MapFS{"a.yaml": {Data: []byte(source(t))}, "b.yaml": {Data: []byte(source(t))}}, vars)
	if err == nil || !strings.Contains(err.Error(), "there twice") {
		t.Errorf("err = %v, want one that the version is there twice", err)
	}
}

func TestLoadNothing(t *testing.T) {
	if _, err := flow.Load(fstest.MapFS{}, vars); err == nil {
		t.Error("an empty folder loaded")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(source(f))
	f.Add("id: x\nversion: 1\nsteps: [{id: a, kind: submit, ask: b, label: c}]")
	f.Add("steps:\n  - &a [*a]")
	f.Fuzz(func(t *testing.T, src string) {
		err := load(src)
		if err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}

// The built-in steps are called something in English, too.
func TestStepsInEnglish(t *testing.T) {
	b := book(t)
	for _, s := range b.Steps("apply") {
		if s.LabelEN == "" {
			t.Errorf("step %s has no label in English", s.ID)
		}
	}
	open, _, _ := b.Progress(flow.State{Flow: "apply", Version: 1, Status: flow.Running, Step: "id_number"})
	if want := (flow.Heading{ID: "id_number", Label: "身份证号", LabelEN: "ID number"}); open != want {
		t.Errorf("the open step is %+v, want %+v", open, want)
	}
}
