package staff

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Account is a person who works at the desk. The secrets in it never print.
type Account struct {
	ID       string // what one signs in with
	Name     string // shown to visitors and colleagues
	Role     Role
	Desks    []string // whose queues it serves; none: all
	Capacity int      // conversations at the same time; 0: the desk's own limit
	Password Hash     // none: signs in through the operator's identity provider only
	Subject  string   // who it is to that provider; of a password account none
	TOTP     Secret   // none: no second factor
	Disabled bool
	Created  time.Time
}

var accountID = regexp.MustCompile(`^[a-z][a-z0-9._@-]{1,63}$`)

// MaxName and maxCapacity bound what an operator may give an account.
const (
	MaxName     = 20 // runes
	maxCapacity = 50 // conversations
)

// Tool is who does in the audit log what is done with fenfuctl. No account has
// this id, or its entries could be taken for the operator's.
const Tool = "fenfuctl"

// ValidID reports whether an account can have the id.
func ValidID(id string) bool { return accountID.MatchString(id) && id != Tool }

// Check says everything that is wrong with an account.
func (a *Account) Check() error {
	var errs []error
	if !ValidID(a.ID) {
		errs = append(errs, fmt.Errorf("the id has 2 to 64 lower-case letters, digits, '.', '_', '-' or '@', begins with a letter, and is not %q", Tool))
	}
	if n := utf8.RuneCountInString(a.Name); n < 1 || n > MaxName || !utf8.ValidString(a.Name) ||
		strings.TrimSpace(a.Name) != a.Name || strings.ContainsFunc(a.Name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		errs = append(errs, fmt.Errorf("the name has 1 to %d printable characters", MaxName))
	}
	if !slices.Contains(Roles(), a.Role) {
		errs = append(errs, fmt.Errorf("the role is one of %v", Roles()))
	}
	if a.Capacity < 0 || a.Capacity > maxCapacity {
		errs = append(errs, fmt.Errorf("the capacity is 0 to %d", maxCapacity))
	}
	return errors.Join(errs...)
}

// Principal is who the account acts as.
func (a *Account) Principal() Principal {
	return Principal{ID: a.ID, Name: a.Name, Role: a.Role, Desks: a.Desks}
}
