package slot

import (
	_ "embed"
	"strings"
)

// regions lists the county codes of GB/T 2260, a line for each prefecture: its
// four digits, then the last two of every code in use, then those of the codes
// that were abolished, in pairs without anything between. It begins with a line
// end, so that every prefecture follows one.
//
//go:embed regions.txt
var regions string

// regionWarn remarks on a county code that is not in use. It is no reason to
// refuse: people keep the code they were born with, and no list has them all.
func regionWarn(code string) string {
	i := strings.Index(regions, "\n"+code[:4]+" ")
	if i < 0 {
		return UnknownRegion
	}
	rest := regions[i+len("\n1101 "):]
	line, _, _ := strings.Cut(rest, "\n")
	used, abolished, _ := strings.Cut(line, " ")
	switch {
	case hasPair(used, code[4:]):
		return ""
	case hasPair(abolished, code[4:]):
		return AbolishedRegion
	}
	return UnknownRegion
}

func hasPair(pairs, two string) bool {
	for ; len(pairs) >= 2; pairs = pairs[2:] {
		if pairs[:2] == two {
			return true
		}
	}
	return false
}
