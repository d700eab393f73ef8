package seal

import (
	"bytes"
	"testing"
)

func TestSubkeys(t *testing.T) {
	one, _ := Generate("one")
	two, _ := Generate("two")
	old, err := Parse(one)
	if err != nil {
		t.Fatal(err)
	}
	both, err := Parse(two + "," + one)
	if err != nil {
		t.Fatal(err)
	}
	was, err := old.Subkeys("audit")
	if err != nil {
		t.Fatal(err)
	}
	now, err := both.Subkeys("audit")
	if err != nil {
		t.Fatal(err)
	}
	if len(now) != 2 || now[0].ID != "two" || now[1].ID != "one" || !bytes.Equal(now[1].Key, was[0].Key) {
		t.Error("a rotation lost the old key, or does not put the new one first")
	}
	other, _ := both.Subkeys("index")
	if bytes.Equal(other[0].Key, now[0].Key) || bytes.Equal(now[0].Key, now[1].Key) || len(now[0].Key) != 32 {
		t.Error("keys of two uses or two ring keys are the same")
	}
	if bytes.Equal(now[0].Key, both.newest.secret[:]) {
		t.Error("a subkey is the key itself")
	}
}
