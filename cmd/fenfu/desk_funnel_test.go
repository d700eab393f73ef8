package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fenfu/bot/staff"
	"fenfu/web/api"
)

// TestDeskFunnel wants a supervisor to see how far visitors came, and nobody
// below to.
func TestDeskFunnel(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, o *office) {
		lead := o.signIn(staff.Account{ID: "lead", Name: "组长", Role: staff.Supervisor})
		visitor := func() string { return "s" + strings.ToLower(rand.Text()[:25]) }
		o.says(visitor(), "开通分付", "同意", "同意", "林小满", "110199199005219904", "开通分付要收费吗", "110199199005219903", "13800138000", "确认提交")
		o.says(visitor(), "开通分付", "同意", "同意", "取消")
		o.says(visitor(), "开通分付", "同意", "晚点再填")
		back := visitor()
		o.says(back, "开通分付", "同意", "晚点再填", "继续")
		var got struct{ Funnel api.Funnel }
		o.eventually("the figures are there", func() error {
			if err := o.store.funnel.Flush(t.Context()); err != nil {
				return err
			}
			if status := lead.get("stats?days=2", &got); status != http.StatusOK || got.Funnel.Decided != 1 {
				return fmt.Errorf("%d %+v", status, got.Funnel)
			}
			return nil
		})
		for i := range got.Funnel.Steps {
			got.Funnel.Steps[i].MedianS = 0
		}
		want := api.Funnel{Days: 2, Started: 4, Submitted: 1, Decided: 1, Abandoned: 2, Steps: []api.FunnelStep{
			{Step: "collect", Label: "同意收集信息", LabelEN: "Consent to collect", Asked: 4, Filled: 4},
			{Step: "disclose", Label: "同意提供给审核方", LabelEN: "Consent to disclose", Asked: 4, Filled: 2, Abandoned: 1},
			{Step: "name", Label: "姓名", LabelEN: "Name", Asked: 2, Filled: 1, Abandoned: 1},
			{Step: "id_number", Label: "身份证号", LabelEN: "ID number", Asked: 1, Filled: 1, Retried: 1, Digressed: 1},
			{Step: "contact", Label: "联系方式", LabelEN: "Contact", Asked: 1, Filled: 1},
			{Step: "confirm", Label: "核对信息", LabelEN: "Confirmation", Asked: 1, Filled: 1},
		}}
		if diff := cmp.Diff(want, got.Funnel); diff != "" {
			t.Errorf("the funnel (-want +got):\n%s", diff)
		}
		for _, days := range []string{"0", "91", "x"} {
			if status := lead.get("stats?days="+days, nil); status != http.StatusBadRequest {
				t.Errorf("%s days: %d", days, status)
			}
		}
		agent := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
		if status := agent.get("stats", nil); status == http.StatusOK {
			t.Error("an agent sees what is a supervisor's")
		}
	})
}
