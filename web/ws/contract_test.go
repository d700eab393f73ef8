package ws_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"fenfu/bot"
	"fenfu/web/ws"
)

// contract is web/asyncapi.yaml, as a tree and as a compiler of its schemas.
var contract = sync.OnceValues(func() (map[string]any, error) {
	raw, err := os.ReadFile("../asyncapi.yaml")
	if err != nil {
		return nil, err
	}
	asJSON, err := yaml.YAMLToJSON(raw)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(asJSON)))
	if err != nil {
		return nil, err
	}
	return doc.(map[string]any), nil
})

func mustContract(t *testing.T) map[string]any {
	t.Helper()
	doc, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// at walks down a tree.
func at(t *testing.T, tree any, path ...string) map[string]any {
	t.Helper()
	for _, key := range path {
		node, _ := tree.(map[string]any)
		next, ok := node[key]
		if !ok {
			t.Fatalf("the contract has no %s", strings.Join(path, "/"))
		}
		tree = next
	}
	node, ok := tree.(map[string]any)
	if !ok {
		t.Fatalf("%s of the contract is no object", strings.Join(path, "/"))
	}
	return node
}

// schemas are compiled once, and strictly: clients ignore what they do not know,
// but the contract has to know everything that the server sends.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	doc, err := contract()
	if err != nil {
		return nil, err
	}
	all := doc["components"].(map[string]any)["schemas"].(map[string]any)
	strict := make(map[string]any, len(all))
	for name, s := range all {
		schema := maps.Clone(s.(map[string]any))
		if schema["type"] == "object" {
			schema["additionalProperties"] = false
		}
		strict[name] = schema
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	tree := map[string]any{"components": map[string]any{"schemas": strict}}
	if err := c.AddResource("contract.json", tree); err != nil {
		return nil, err
	}
	compiled := make(map[string]*jsonschema.Schema, len(all))
	for name := range all {
		s, err := c.Compile("contract.json#/components/schemas/" + name)
		if err != nil {
			return nil, err
		}
		compiled[name] = s
	}
	return compiled, nil
})

// agentTyping is what the contract calls the server's typing frame, so that it
// is not the visitor's.
const agentTyping = "agentTyping"

// checkFrame holds a frame against the schema of its type.
func checkFrame(t *testing.T, raw []byte) {
	t.Helper()
	all, err := schemas()
	if err != nil {
		t.Fatal(err)
	}
	frame, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatalf("not JSON: %s", raw)
	}
	kind, _ := frame.(map[string]any)["type"].(string)
	if _, from := frame.(map[string]any)["from"]; from && kind == string(ws.Typing) {
		kind = agentTyping
	}
	schema, ok := all[kind]
	if !ok {
		t.Fatalf("no schema for frame %s", raw)
	}
	if err := schema.Validate(frame); err != nil {
		t.Fatalf("frame %s: %v", raw, err)
	}
}

func TestContractFrameTypes(t *testing.T) {
	doc := mustContract(t)
	want := map[string][]string{
		"fromVisitor": {"choose", "hello", "ping", "read", "send", "typing"},
		"toVisitor":   {"ack", "bye", "delta", "error", "event", "pong", "queue", "typing", "welcome"},
	}
	inCode := map[string][]string{
		"fromVisitor": types(ws.ClientTypes),
		"toVisitor":   types(ws.ServerTypes),
	}
	for operation, list := range want {
		if diff := cmp.Diff(list, inCode[operation]); diff != "" {
			t.Errorf("%s in code (-want +got):\n%s", operation, diff)
		}
		var names []string
		for _, m := range at(t, doc, "operations", operation)["messages"].([]any) {
			ref := m.(map[string]any)["$ref"].(string)
			name := ref[strings.LastIndexByte(ref, '/')+1:]
			at(t, doc, "channels", "visitor", "messages", name)
			at(t, doc, "components", "messages", name)
			props := at(t, doc, "components", "schemas", name, "properties", "type")
			kind, _ := props["const"].(string)
			if kind != name && name != agentTyping {
				t.Errorf("schema %s is of type %s", name, kind)
			}
			names = append(names, kind)
		}
		slices.Sort(names)
		if diff := cmp.Diff(list, names); diff != "" {
			t.Errorf("%s in the contract (-want +got):\n%s", operation, diff)
		}
	}
}

func types(list []ws.Type) []string {
	var out []string
	for _, t := range list {
		out = append(out, string(t))
	}
	slices.Sort(out)
	return out
}

func TestContractCloseCodes(t *testing.T) {
	got := make(map[ws.CloseCode]string)
	for code, row := range at(t, mustContract(t), "x-close-codes") {
		n, err := strconv.Atoi(code)
		if err != nil {
			t.Fatal(err)
		}
		got[ws.CloseCode(n)] = row.(map[string]any)["reason"].(string)
	}
	if diff := cmp.Diff(ws.CloseCodes, got); diff != "" {
		t.Errorf("close codes (-code +contract):\n%s", diff)
	}
}

func TestContractErrorCodes(t *testing.T) {
	want := []any{
		string(bot.Invalid), string(bot.NotFound), string(bot.Conflict), string(bot.Unauthorized),
		string(bot.Limited), string(bot.Unavailable), string(bot.Internal),
	}
	got := at(t, mustContract(t), "components", "schemas", "errorCode")["enum"]
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Errorf("error codes (-code +contract):\n%s", diff)
	}
}

// What this package's client sends is what the contract says, too.
func TestContractClientFrames(t *testing.T) {
	for _, f := range []ws.ClientFrame{
		{Type: ws.Hello, Token: "t"},
		{Type: ws.Hello, Token: "t", After: 7},
		{Type: ws.Send, ID: "c1", Text: "开通分付"},
		{Type: ws.Choose, ID: "c2", Value: "consent.agree"},
		{Type: ws.Typing, On: true},
		{Type: ws.Read, Seq: 12},
		{Type: ws.Ping},
	} {
		raw := ws.AppendClient(nil, &f)
		checkFrame(t, raw)
		var back ws.ClientFrame
		if err := ws.Decode(raw, &back); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		if back != f {
			t.Errorf("%s came back as something else", raw)
		}
		if !json.Valid(raw) {
			t.Errorf("%s is not JSON", raw)
		}
	}
}
