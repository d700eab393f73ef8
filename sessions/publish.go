package sessions

import (
	"errors"
	"strconv"
	"strings"
)

// What a commit publishes is the session, the number of the first event and the
// sealed entry, with blanks between.

var errPublished = errors.New("published text is cut short")

func parsePublished(payload string) (id string, e sealedEntry, err error) {
	id, rest, ok := strings.Cut(payload, " ")
	number, text, also := strings.Cut(rest, " ")
	if !ok || !also || id == "" || text == "" {
		return "", e, errPublished
	}
	first, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return "", e, err
	}
	return id, sealedEntry{first, text}, nil
}
