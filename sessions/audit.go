package sessions

import (
	"context"
	"crypto/hmac"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"fenfu/bot/staff"
)

//go:embed scripts/audit_append.lua
var auditAppend string

// auditPage is how many entries one key of the audit log holds. Old pages
// expire as a whole.
const auditPage = 500

// auditTries is how often an entry is chained anew because another node was
// faster. Each failure means that somebody else's entry was written.
const auditTries = 100

// auditRecord is a link as it is sealed, with the id of the ring's key that its
// mark was made with.
type auditRecord struct {
	staff.Link
	Key string `json:"key"`
}

// Append writes an entry at the end of the audit log and returns it with its
// number and mark. What must be on record is done only after it.
func (s *Staff) Append(ctx context.Context, e staff.Entry) (staff.Link, error) {
	for range auditTries {
		link, ok, err := s.append(ctx, e)
		if err != nil || ok {
			return link, err
		}
	}
	return staff.Link{}, unavailable("append to the audit log", errors.New("too many writers at once"))
}

func (s *Staff) append(ctx context.Context, e staff.Entry) (staff.Link, bool, error) {
	after, err := s.AuditHead(ctx)
	if err != nil {
		return staff.Link{}, false, err
	}
	key := s.audit[0]
	link, err := staff.Chain(key.Key, after, e)
	if err != nil {
		return staff.Link{}, false, err
	}
	text, err := json.Marshal(auditRecord{Link: link, Key: key.ID})
	if err != nil {
		return staff.Link{}, false, fmt.Errorf("audit entry: %w", err)
	}
	box, err := s.o.Keys.Box("audit log")
	if err != nil {
		return staff.Link{}, false, err
	}
	n := link.Entry.N
	done, err := s.chain.Run(ctx, s.rdb, []string{auditHeadKey, auditKey(n)},
		n-1, n, hex.EncodeToString(link.Mark), box.Seal("entry", n, text), s.o.Audit.Milliseconds()).Int()
	if err != nil {
		return staff.Link{}, false, unavailable("append to the audit log", err)
	}
	return link, done == 1, s.sync(ctx)
}

// AuditHead returns the number and mark of the last entry, nil if there is none.
func (s *Staff) AuditHead(ctx context.Context) (*staff.Link, error) {
	var head struct {
		N    int64  `redis:"n"`
		Mark string `redis:"m"`
	}
	if err := s.rdb.HGetAll(ctx, auditHeadKey).Scan(&head); err != nil {
		return nil, unavailable("read the head of the audit log", err)
	}
	if head.N == 0 {
		return nil, nil
	}
	mark, err := hex.DecodeString(head.Mark)
	if err != nil {
		return nil, damaged("head of the audit log", err)
	}
	return &staff.Link{Entry: staff.Entry{N: head.N}, Mark: mark}, nil
}

// Audit returns the entries after number n that are still kept, at most max,
// in order. The error is a *staff.BrokenError if one of them does not open.
func (s *Staff) Audit(ctx context.Context, n int64, max int) ([]staff.Link, error) {
	links, _, err := s.auditRange(ctx, n, max)
	return links, err
}

// auditRange returns the entries with the ids of their marks' keys. Pages that
// have expired are passed over.
func (s *Staff) auditRange(ctx context.Context, n int64, max int) (links []staff.Link, keys []string, err error) {
	head, err := s.AuditHead(ctx)
	if err != nil || head == nil {
		return nil, nil, err
	}
	box, err := s.o.Keys.Box("audit log")
	if err != nil {
		return nil, nil, err
	}
	for n < head.Entry.N && len(links) < max {
		first := n/auditPage*auditPage + 1 // of the page that entry n+1 is in
		from := n + 1 - first
		sealed, err := s.rdb.LRange(ctx, auditKey(n+1), from, from+int64(max-len(links))-1).Result()
		if err != nil {
			return nil, nil, unavailable("read the audit log", err)
		}
		for i, text := range sealed {
			plain, err := box.Open("entry", n+1+int64(i), []byte(text))
			if err != nil {
				return nil, nil, &staff.BrokenError{N: n + 1 + int64(i), Why: "it was changed, or is another one's, or its key is not in the keyring"}
			}
			var r auditRecord
			if err := json.Unmarshal(plain, &r); err != nil {
				return nil, nil, damaged("audit entry", err)
			}
			links, keys = append(links, r.Link), append(keys, r.Key)
		}
		if n += int64(len(sealed)); len(sealed) == 0 {
			n = first + auditPage - 1
		}
	}
	return links, keys, nil
}

// VerifyAudit checks the whole log that is kept against its chain and its head,
// and returns how many entries it holds. The error is a *staff.BrokenError if it
// was tampered with.
func (s *Staff) VerifyAudit(ctx context.Context) (int, error) {
	head, err := s.AuditHead(ctx)
	if err != nil {
		return 0, err
	}
	byID := make(map[string][]byte)
	for _, k := range s.audit {
		byID[k.ID] = k.Key
	}
	var last *staff.Link
	for count, n := 0, int64(0); ; {
		links, keys, err := s.auditRange(ctx, n, auditPage)
		if err != nil {
			return count, err
		}
		if len(links) == 0 {
			return count, auditEnd(head, last)
		}
		for i := range links {
			key, ok := byID[keys[i]]
			if !ok {
				return count, &staff.BrokenError{N: links[i].Entry.N, Why: "marked with a key that is not in the keyring"}
			}
			if err := staff.Verify(key, last, links[i:i+1]); err != nil {
				return count, err
			}
			last = &links[i]
			count++
		}
		n = last.Entry.N
	}
}

// auditEnd compares the last entry with the head that was read before. Entries
// that were appended meanwhile do no harm.
func auditEnd(head, last *staff.Link) error {
	switch {
	case head == nil:
		return nil
	case last == nil || last.Entry.N < head.Entry.N:
		return &staff.BrokenError{N: head.Entry.N, Why: "the end of the log is missing"}
	case last.Entry.N == head.Entry.N && !hmac.Equal(last.Mark, head.Mark):
		return &staff.BrokenError{N: head.Entry.N, Why: "it is not the entry that was written last"}
	}
	return nil
}
