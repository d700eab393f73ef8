package main

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
)

type keyCmd struct {
	New keyNewCmd `cmd:"" help:"Make a bearer key for another system, and its entry for --api-keys-file."`
}

type keyNewCmd struct {
	ID     string   `arg:"" help:"What the key is called in the audit log."`
	Name   string   `help:"Shown to visitors." required:""`
	Scopes []string `help:"What it may do." default:"read,take,speak,hand"`
}

// Run makes a key. Only its hash is to be kept.
func (c *keyNewCmd) Run(s streams) error {
	key := "fenfu_" + strings.ToLower(rand.Text())
	fmt.Fprintf(s.out, `key, shown only now: %s

- id: %s
  name: %s
  scopes: [%s]
  sha256: %x
`, key, c.ID, c.Name, strings.Join(c.Scopes, ", "), sha256.Sum256([]byte(key)))
	return nil
}
