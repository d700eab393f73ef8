package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/goccy/go-yaml"

	"fenfu/bot/handoff"
	"fenfu/bot/staff"
	"fenfu/web/api"
)

// keyRecord is an integrator's key as its file has it: not the key itself.
type keyRecord struct {
	ID       string         `yaml:"id"`
	Name     string         `yaml:"name"` // shown to visitors
	Scopes   []staff.Action `yaml:"scopes"`
	Desks    []string       `yaml:"desks"`    // none: all
	Capacity int            `yaml:"capacity"` // conversations at the same time; 0: a thousand
	SHA256   string         `yaml:"sha256"`
}

// keyCapacity is for another system, with people of its own behind it.
const keyCapacity = 1000

// apiKeys reads the integrators' keys.
func (c *config) apiKeys(desks *handoff.Desks) ([]api.Key, error) {
	if c.APIKeysFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.APIKeysFile)
	if err != nil {
		return nil, err
	}
	var records []keyRecord
	if err := yaml.UnmarshalWithOptions(text, &records, yaml.Strict()); err != nil {
		return nil, err
	}
	var keys []api.Key
	var errs []error
	for _, r := range records {
		key, err := r.key(desks)
		if err == nil && slices.ContainsFunc(keys, func(k api.Key) bool { return k.ID == key.ID || k.Hash == key.Hash }) {
			err = errors.New("another one has the same id or hash")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("key %q: %w", r.ID, err))
			continue
		}
		keys = append(keys, key)
	}
	return keys, errors.Join(errs...)
}

func (r *keyRecord) key(desks *handoff.Desks) (api.Key, error) {
	who := staff.Account{ID: r.ID, Name: r.Name, Role: staff.Agent}
	if err := who.Check(); err != nil {
		return api.Key{}, err
	}
	if len(r.Scopes) == 0 {
		return api.Key{}, fmt.Errorf("it has no scopes; there are %v", staff.Scopes())
	}
	for _, s := range r.Scopes {
		if !slices.Contains(staff.Scopes(), s) {
			return api.Key{}, fmt.Errorf("no such scope: %q; there are %v", s, staff.Scopes())
		}
	}
	for _, id := range r.Desks {
		if _, ok := desks.Desk(id); !ok {
			return api.Key{}, fmt.Errorf("no such desk: %q", id)
		}
	}
	if r.Capacity < 0 {
		return api.Key{}, errors.New("the capacity is negative")
	}
	sum, err := hex.DecodeString(r.SHA256)
	if err != nil || len(sum) != sha256.Size {
		return api.Key{}, errors.New("sha256 is not 64 hexadecimal digits; fenfuctl key new prints them")
	}
	k := api.Key{
		// No account's id has a colon.
		Principal: staff.Principal{ID: "key:" + r.ID, Name: r.Name, Role: staff.Key, Desks: r.Desks, Scopes: r.Scopes},
		Capacity:  r.Capacity, Hash: [sha256.Size]byte(sum),
	}
	if k.Capacity == 0 {
		k.Capacity = keyCapacity
	}
	return k, nil
}
