package slot_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fenfu/bot/slot"
)

// checkChar is the table of GB 11643 as the standard prints it; the package
// computes the same another way.
func checkChar(number string) byte {
	weights := [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(number[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// anID draws a well-formed resident ID number of somebody of age.
func anID(t *rapid.T) string {
	province := rapid.SampledFrom([]int{11, 15, 21, 23, 31, 37, 41, 46, 50, 54, 61, 65, 71}).Draw(t, "province")
	county := rapid.IntRange(0, 9999).Draw(t, "county")
	day := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 39000).Draw(t, "day"))
	number := fmt.Sprintf("%02d%04d%s%03d", province, county, day.Format("20060102"), rapid.IntRange(0, 999).Draw(t, "sequence"))
	return number + string(checkChar(number))
}

func TestEveryWellFormedIDPasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := anID(t)
		info, err := slot.ParseID(number, asOf)
		if err != nil || info.Number.Reveal() != number || info.Kind != slot.Resident {
			t.Fatalf("%s: %+v, %v", number, info, err)
		}
		if want := "FM"[(number[16]-'0')%2 : (number[16]-'0')%2+1]; info.Sex != want {
			t.Fatalf("%s: sex %s, want %s", number, info.Sex, want)
		}
		for _, text := range []string{"我的身份证号是" + number, number[:6] + " " + number[6:14] + " " + number[14:], "李四 " + number + " 13812345678"} {
			found := slot.Scan(text, asOf)
			ok := false
			for _, f := range found {
				ok = ok || f.Kind == slot.ID && f.Value.Reveal() == number
			}
			if !ok {
				t.Fatalf("Scan(%q) does not find the number", text)
			}
		}
	})
}

func TestEveryMistypedIDIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := []byte(anID(t))
		i := rapid.IntRange(0, 17).Draw(t, "place")
		if rapid.Bool().Draw(t, "swap") && i < 17 {
			number[i], number[i+1] = number[i+1], number[i]
			if number[i] == number[i+1] {
				t.Skip("nothing changed")
			}
		} else {
			old := number[i]
			number[i] = "0123456789X"[rapid.IntRange(0, 10).Draw(t, "digit")]
			if number[i] == old {
				t.Skip("nothing changed")
			}
		}
		if _, err := slot.ParseID(string(number), asOf); err == nil {
			t.Fatalf("%s passes", number)
		}
		for _, f := range slot.Scan("号码 "+string(number), asOf) {
			t.Fatalf("Scan finds %s %q in %s", f.Kind, f.Value.Reveal(), number)
		}
	})
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		number string
		today  time.Time
		want   int
	}{
		{sample, time.Date(2026, 12, 30, 4, 0, 0, 0, time.UTC), 76},
		{sample, time.Date(2026, 12, 30, 16, 0, 0, 0, time.UTC), 77}, // already the 31st in China
		{"ABC123400112233", asOf, -1},
		{"", asOf, -1},
	} {
		info, _ := slot.ParseID(c.number, c.today)
		if got := info.Age(c.today); got != c.want {
			t.Errorf("%s at %s: age %d, want %d", c.number, c.today, got, c.want)
		}
	}
	leap := "11010520000229001"
	leap += string(checkChar(leap))
	info, err := slot.ParseID(leap, asOf)
	if err != nil {
		t.Fatal(err)
	}
	if before, after := info.Age(time.Date(2018, 2, 28, 4, 0, 0, 0, time.UTC)), info.Age(time.Date(2018, 3, 1, 4, 0, 0, 0, time.UTC)); before != 17 || after != 18 {
		t.Errorf("born on 29 February: %d on 28 February, %d on 1 March; want 17 and 18", before, after)
	}
}
