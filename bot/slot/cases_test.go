package slot_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"fenfu/bot/slot"
)

// sharedCases reads a case file that lies beside the repository: its rows as
// maps from column to value. They are for measuring and no part of the project.
func sharedCases(t *testing.T, name string) []map[string]string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", name)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("no shared cases: %s is not there", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	head := strings.Split(lines[0], "\t")
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := make(map[string]string)
		for i, cell := range strings.Split(line, "\t") {
			if i < len(head) {
				row[head[i]] = cell
			}
		}
		rows = append(rows, row)
	}
	if len(rows) < 20 {
		t.Fatalf("%s: only %d rows", path, len(rows))
	}
	return rows
}

// unescape turns \u200b and \xa0 into the characters they stand for.
func unescape(t *testing.T, s string) string {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		n := 0
		if s[i] == '\\' && i+1 < len(s) {
			n = map[byte]int{'u': 4, 'x': 2}[s[i+1]]
		}
		if n == 0 {
			b.WriteByte(s[i])
			continue
		}
		v, err := strconv.ParseUint(s[i+2:i+2+n], 16, 32)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		b.WriteRune(rune(v))
		i += 1 + n
	}
	return b.String()
}

func reasonOf(err error) string {
	var e *slot.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

func TestSharedIDCases(t *testing.T) {
	for _, row := range sharedCases(t, "idcases.tsv") {
		today, err := time.Parse(time.DateOnly, row["as_of"])
		if err != nil {
			t.Fatal(err)
		}
		number := unescape(t, row["number"])
		v := slot.Check(slot.ID, number, today)
		if v.Valid != (row["verdict"] == "valid") || v.Reason != row["reason"] || v.Normalized != row["normalized"] {
			t.Errorf("%s (%s): Check = %+v, want %s %s %s", row["number"], row["note"], v, row["verdict"], row["reason"], row["normalized"])
		}
		info, err := slot.ParseID(number, today)
		birth := ""
		if !info.Birth.IsZero() {
			birth = info.Birth.Format(time.DateOnly)
		}
		if (err == nil) != v.Valid || info.Kind != row["kind"] || info.Sex != row["sex"] || birth != row["birth"] || info.Warn != row["warn"] {
			t.Errorf("%s (%s): kind %q sex %q birth %q warn %q, want %q %q %q %q", row["number"], row["note"],
				info.Kind, info.Sex, birth, info.Warn, row["kind"], row["sex"], row["birth"], row["warn"])
		}
		f, err := slot.ID.Find(number, today)
		if (err == nil) != v.Valid || v.Valid && f.Value.Reveal() != row["normalized"] {
			t.Errorf("%s (%s): Find: %v %v", row["number"], row["note"], err, reasonOf(err))
		}
	}
}

func TestSharedPhoneCases(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for _, row := range sharedCases(t, "phonecases.tsv") {
		input := unescape(t, row["input"])
		v := slot.Check(slot.Phone, input, now)
		if v.Valid != (row["verdict"] == "valid") || v.Reason != row["reason"] || v.Normalized != row["e164"] {
			t.Errorf("%s (%s): Check = %+v, want %s %s %s", row["input"], row["note"], v, row["verdict"], row["reason"], row["e164"])
		}
		if info, _ := slot.ParsePhone(input, now); info.Flag != row["flag"] {
			t.Errorf("%s (%s): flag %q, want %q", row["input"], row["note"], info.Flag, row["flag"])
		}
		f, err := slot.Phone.Find(input, now)
		if (err == nil) != v.Valid || v.Valid && f.Value.Reveal() != row["e164"] || !v.Valid && reasonOf(err) != row["reason"] {
			t.Errorf("%s (%s): Find: %v", row["input"], row["note"], err)
		}
	}
}
