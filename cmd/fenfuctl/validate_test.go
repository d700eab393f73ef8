package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// runLine runs fenfuctl with the arguments of one command line.
func runLine(t *testing.T, in io.Reader, args ...string) (string, error) {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Name("fenfuctl"), kong.Exit(func(int) { t.Fatal("exits") }))
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = ctx.Run(streams{in: in, out: &out})
	return out.String(), err
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		args string
		in   string
		want string
	}{
		{"id", "11010519491231002x\n", "11010519491231002x\tvalid\tok\t11010519491231002X\n"},
		{"id", "110105194912310020\r\n\n", "110105194912310020\tinvalid\tbad_checksum\t110105194912310020\n\tinvalid\tbad_length\t\n"},
		{"id", `1101\u200b0519491231002\xd7`, `1101\u200b0519491231002\xd7` + "\tvalid\tok\t11010519491231002X\n"},
		{"id --as-of 1960-01-01", "11010519491231002X", "11010519491231002X\tvalid\tunder18\t11010519491231002X\n"},
		{"id --as-of 1949-12-31", "11010519491231002X", "11010519491231002X\tvalid\tunder18\t11010519491231002X\n"},
		{"id --as-of 1949-12-30", "11010519491231002X", "11010519491231002X\tinvalid\tfuture_birth\t11010519491231002X\n"},
		{"phone", "138 1234 5678\n010-62345678\n", "138 1234 5678\tvalid\tok_cn_mobile\t+8613812345678\n010-62345678\tinvalid\tlandline\t+861062345678\n"},
		{"name", `张三` + "\n" + `张\u200b三`, "张三\tvalid\tok\t张三\n" + `张\u200b三` + "\tinvalid\tbad_char\t张\u200b三\n"},
		{"name", `\u5f20\u4e09 \uZZZZ \x`, `\u5f20\u4e09 \uZZZZ \x` + "\tinvalid\tbad_char\t" + `张三\uZZZZ\x` + "\n"},
		{"id", "\xff\xfe\n", "\xff\xfe\tinvalid\tbad_length\t\n"},
		{"id", "", ""},
	} {
		got, err := runLine(t, strings.NewReader(c.in), append([]string{"validate"}, strings.Fields(c.args)...)...)
		if err != nil || got != c.want {
			t.Errorf("validate %s < %q\n got %q, %v\nwant %q", c.args, c.in, got, err, c.want)
		}
	}
}

func TestValidateLongLines(t *testing.T) {
	for _, unit := range []string{"1", "1 ", "一", "张", "a@", "X", "微信", "13812345678 ", "·", "张 "} {
		in := strings.Repeat(unit, 1<<16) + "\n11010519491231002X\n"
		for _, detail := range []string{"id", "phone", "name"} {
			got, err := runLine(t, strings.NewReader(in), "validate", detail)
			if err != nil || strings.Count(got, "\n") != 2 {
				t.Errorf("validate %s of a long line of %q: %d lines, %v", detail, unit, strings.Count(got, "\n"), err)
			}
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	for _, args := range [][]string{{"validate"}, {"validate", "card"}, {"validate", "id", "--as-of", "22.11.2026"}} {
		if _, err := runLine(t, strings.NewReader("x\n"), args...); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}
