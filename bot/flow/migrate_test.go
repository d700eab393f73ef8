package flow_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"fenfu/bot/flow"
	"fenfu/bot/slot"
	"fenfu/intents"
)

// version returns the flow as version 2, with a rule and something changed.
func version(t *testing.T, rule string, changes ...string) *flow.Book {
	t.Helper()
	src := strings.NewReplacer(changes...).Replace(source(t))
	src = strings.Replace(src, "version: 1\n", "version: 2\n"+rule, 1)
	b, err := flow.Load(fstest.MapFS{"old.yaml": {Data: []byte(source(t))}, "new.yaml": {Data: []byte(src)}}, vars)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestMigrate takes a form that is filled as far as the contact over to another
// version, with the number that was asked for by the old one.
func TestMigrate(t *testing.T) {
	for _, tt := range []struct {
		name, rule string
		changes    []string
		step, says string // "": nothing is said of a change
		version    int
		kept       []slot.Kind
	}{
		{"no rule", "", []string{"请留一种联系方式", "请留联系方式"}, "confirm", "", 1, []slot.Kind{slot.Name, slot.ID, slot.Phone}},
		{"nothing to ask again", "migrate: [{from: [1]}]\n", nil, "confirm", "", 2, []slot.Kind{slot.Name, slot.ID, slot.Phone}},
		{"the ID number is wanted again", "migrate: [{from: [1], again: [id_number]}]\n", nil,
			"id_number", "需要您重新填写或确认：身份证号。", 2, []slot.Kind{slot.Name, slot.Phone}},
		{"a consent has new words", "migrate: [{from: [1]}]\n", []string{`{id: collect, version: "2026-11-23"}`, `{id: collect, version: "2027-01-01"}`},
			"collect", "需要您重新填写或确认：同意收集信息。", 2, []slot.Kind{slot.Name, slot.ID}},
		{"the open step is called otherwise", "migrate: [{from: [1], steps: {contact: reach}}]\n", []string{"next: contact", "next: reach", "id: contact", "id: reach"},
			"confirm", "", 2, []slot.Kind{slot.Name, slot.ID, slot.Phone}},
		{"the open step is gone, and no rule says where", "migrate: [{from: [1]}]\n", []string{"next: contact", "next: reach", "id: contact", "id: reach"},
			"confirm", "您填过的内容都还在", 2, []slot.Kind{slot.Name, slot.ID, slot.Phone}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, old := intents.New(), book(t)
			s, _ := old.Start(flow.State{}, "apply", flow.Input{Now: noon})
			for _, said := range happyPath[:4] {
				s, _ = old.Next(s, flow.Read(m, said, noon))
			}
			b := version(t, tt.rule, tt.changes...)
			s, actions := b.Next(s, flow.Read(m, "13800138000", noon))
			if s.Step != tt.step || s.Version != tt.version {
				t.Errorf("step %s of version %d, want %s of %d", s.Step, s.Version, tt.step, tt.version)
			}
			for _, k := range tt.kept {
				if s.Details[k].Value == "" {
					t.Errorf("%s is lost", k)
				}
			}
			if len(s.Details) != len(tt.kept) {
				t.Errorf("%d details are kept, want %d", len(s.Details), len(tt.kept))
			}
			var said strings.Builder
			for _, a := range actions {
				if a.Say != nil {
					said.WriteString(a.Say.Text)
				}
			}
			if got := said.String(); tt.says == "" && strings.Contains(got, "更新") && !strings.Contains(got, "已更新") || !strings.Contains(got, tt.says) {
				t.Errorf("said: %s\nwant %q", got, tt.says)
			}
		})
	}
}
