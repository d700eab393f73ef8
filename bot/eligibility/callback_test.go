package eligibility_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fenfu/bot/eligibility"
)

func TestCallback(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	body, err := eligibility.Callback{CheckID: "CHECK7", At: at.In(time.FixedZone("CST", 8*60*60))}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"type":"check.decided","timestamp":"2026-11-22T12:00:00Z","data":{"check_id":"CHECK7"}}`; string(body) != want {
		t.Errorf("got %s, want %s", body, want)
	}
	malformed, unknown := eligibility.ErrCallbackBody, eligibility.ErrCallbackType
	for in, want := range map[string]error{
		string(body): nil,
		`{"type":"check.decided","timestamp":"2026-11-22T12:00:00Z","data":{"check_id":"CHECK7","more":1},"more":1}`: nil,
		`{"type":"check.erased","data":[1]}`: unknown,
		`{"type":"CHECK.DECIDED"}`:           unknown,
		``:                                   malformed,
		`null`:                               malformed,
		`{}`:                                 malformed,
		`[]`:                                 malformed,
		`{"type":"check.decided"}`:           malformed,
		`{"type":"check.decided","data":{"check_id":7}}`:                                malformed,
		`{"type":"check.decided","data":{"check_id":""}}`:                               malformed,
		`{"type":"check.decided","data":{"check_id":"../x"}}`:                           malformed,
		`{"type":"check.decided","timestamp":"yesterday","data":{"check_id":"CHECK7"}}`: malformed,
		string(body) + "{}": malformed,
		`{"type":"check.decided","data":{"check_id":"CHECK7"},"x":"` + strings.Repeat("x", 16<<10) + `"}`: malformed,
	} {
		got, err := eligibility.ParseCallback([]byte(in))
		if !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%.90s: %v, want %v", in, err, want)
		}
		if err == nil && (got.CheckID != "CHECK7" || !got.At.Equal(at)) {
			t.Errorf("%s: %+v", in, got)
		}
	}
}

// FuzzCallback must not panic, and takes only ids of the contract.
func FuzzCallback(f *testing.F) {
	f.Add([]byte(`{"type":"check.decided","timestamp":"2026-11-22T12:00:00Z","data":{"check_id":"CHECK7"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := eligibility.ParseCallback(body)
		if err == nil && (c.CheckID == "" || len(c.CheckID) > 128) {
			t.Errorf("%q was taken", c.CheckID)
		}
	})
}
