package webhook_test

import (
	"errors"
	"testing"

	"fenfu/bot/webhook"
)

func TestPublicOnly(t *testing.T) {
	for addr, want := range map[string]bool{
		"1.1.1.1:443": true, "223.5.5.5:443": true, "[2400:3200::1]:443": true, "[2606:4700::1111]:443": true,
		"127.0.0.1:1": false, "127.255.0.9:1": false, "10.1.2.3:1": false, "172.16.0.1:1": false, "172.31.255.255:1": false,
		"172.32.0.1:1": true, "192.168.1.1:1": false, "169.254.169.254:80": false, "100.64.0.1:1": false,
		"100.127.255.255:1": false, "100.128.0.1:1": true, "0.0.0.0:1": false, "0.1.2.3:1": false, "224.0.0.1:1": false,
		"239.1.1.1:1": false, "240.0.0.1:1": false, "255.255.255.255:1": false, "192.0.0.8:1": false, "192.0.2.1:1": false,
		"198.18.0.1:1": false, "198.51.100.1:1": false, "203.0.113.1:1": false, "192.88.99.1:1": false,
		"[::]:1": false, "[::1]:1": false, "[::ffff:127.0.0.1]:1": false, "[::ffff:1.1.1.1]:1": false, "[::127.0.0.1]:1": false,
		"[fe80::1]:1": false, "[fe80::1%eth0]:1": false, "[fc00::1]:1": false, "[fd12::1]:1": false, "[ff02::1]:1": false,
		"[fec0::1]:1": false, "[64:ff9b::7f00:1]:1": false, "[2002:7f00:1::]:1": false, "[2001:0:1::]:1": false,
		"[2001:db8::1]:1": false, "[3fff::1]:1": false, "[100::1]:1": false, "[2400:3200::1%eth0]:1": false,
		"": false, "localhost:80": false, "1.1.1.1": false,
	} {
		err := webhook.PublicOnly("tcp", addr, nil)
		if (err == nil) != want {
			t.Errorf("%s: %v", addr, err)
		}
		if err != nil && !errors.Is(err, webhook.ErrPrivateAddress) {
			t.Errorf("%s: another error: %v", addr, err)
		}
	}
}
