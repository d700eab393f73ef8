package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// blurred are spellings that many speakers do not tell apart, nor type apart.
var blurred = strings.NewReplacer("zh", "z", "ch", "c", "sh", "s", "ang", "an", "eng", "en", "ing", "in")

// writeSounds lists the characters of GB 2312 by their most usual reading,
// without tones, and with the sounds that are mixed up most taken as one.
func writeSounds(out string) error {
	args := pinyin.NewArgs()
	bySound := map[string][]rune{}
	for hi := 0xB0; hi <= 0xF7; hi++ {
		for lo := 0xA1; lo <= 0xFE; lo++ {
			c, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte{byte(hi), byte(lo)})
			if err != nil {
				continue
			}
			r, _ := utf8.DecodeRune(c)
			sound := spoken[r]
			if sound == "" {
				readings := pinyin.SinglePinyin(r, args)
				if len(readings) == 0 {
					continue
				}
				sound = readings[0]
			}
			sound = blurred.Replace(sound)
			bySound[sound] = append(bySound[sound], r)
		}
	}
	var b bytes.Buffer
	b.WriteString("# Written by internal/tablegen: characters of GB 2312 by sound; zh is z, ch c, sh s, ang an, eng en, ing in.\n")
	for _, s := range slices.Sorted(maps.Keys(bySound)) {
		fmt.Fprintf(&b, "%s %s\n", s, string(bySound[s]))
	}
	return os.WriteFile(out, b.Bytes(), 0o644)
}
