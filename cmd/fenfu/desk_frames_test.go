package main

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/goccy/go-yaml"

	"fenfu/web/api"
)

// frameSchema is what web/api/asyncapi.yaml says of one type of frames.
type frameSchema struct {
	Required   []string                  `yaml:"required"`
	Properties map[string]map[string]any `yaml:"properties"`
}

type deskFrames struct {
	Operations map[string]struct {
		Messages []map[string]string `yaml:"messages"`
	} `yaml:"operations"`
	Components struct {
		Schemas map[string]frameSchema `yaml:"schemas"`
	} `yaml:"components"`

	parts openapi3.Schemas // that frames share with the answers to requests
}

var frameContract = sync.OnceValues(func() (*deskFrames, error) {
	raw, err := os.ReadFile("../../web/api/asyncapi.yaml")
	if err != nil {
		return nil, err
	}
	var c deskFrames
	if err := yaml.Unmarshal(raw, &c); err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromFile(deskContract)
	if err != nil {
		return nil, err
	}
	c.parts = doc.Components.Schemas
	return &c, nil
})

func (c *deskFrames) types(operation string) []string {
	var names []string
	for _, m := range c.Operations[operation].Messages {
		ref := m["$ref"]
		names = append(names, ref[strings.LastIndexByte(ref, '/')+1:])
	}
	slices.Sort(names)
	return names
}

// checkFrames holds what a console was told against the contract.
func checkFrames(t testing.TB, frames []map[string]any) {
	t.Helper()
	c, err := frameContract()
	if err != nil {
		t.Fatal(err)
	}
	known := c.types("toConsole")
	for _, f := range frames {
		kind, _ := f["type"].(string)
		schema, ok := c.Components.Schemas[kind]
		if !ok || !slices.Contains(known, kind) {
			t.Errorf("no frame of type %q in the contract", kind)
			continue
		}
		for _, name := range schema.Required {
			if _, ok := f[name]; !ok {
				t.Errorf("frame %s lacks %s", kind, name)
			}
		}
		for name, value := range f {
			property, ok := schema.Properties[name]
			if !ok {
				t.Errorf("frame %s has %s, which is not in the contract", kind, name)
				continue
			}
			if ref, ok := property["$ref"].(string); ok {
				part := c.parts[ref[strings.LastIndexByte(ref, '/')+1:]]
				if part == nil {
					t.Errorf("frame %s: nothing at %s", kind, ref)
				} else if err := part.Value.VisitJSON(value); err != nil {
					t.Errorf("frame %s: %v", kind, err)
				}
			}
		}
	}
}

func TestDeskFrameTypes(t *testing.T) {
	t.Parallel()
	c, err := frameContract()
	if err != nil {
		t.Fatal(err)
	}
	from, to := slices.Sorted(slices.Values(api.AskTypes)), slices.Sorted(slices.Values(api.TellTypes))
	if got := c.types("fromConsole"); !slices.Equal(got, from) {
		t.Errorf("frames from consoles: %v in the contract, %v in code", got, from)
	}
	if got := c.types("toConsole"); !slices.Equal(got, to) {
		t.Errorf("frames to consoles: %v in the contract, %v in code", got, to)
	}
	for name, s := range c.Components.Schemas {
		if s.Properties["type"]["const"] != name {
			t.Errorf("schema %s is of type %v", name, s.Properties["type"]["const"])
		}
	}
}
