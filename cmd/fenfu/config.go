package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/webhook"
	"fenfu/intents/llm"
	"fenfu/sessions"
	"fenfu/sessions/seal"
)

// config is every setting of the server. Each flag is also an environment
// variable; each secret also a file, which keeps it out of process listings.
type config struct {
	Listen     string `help:"Address to serve on." default:":8080" env:"FENFU_LISTEN" group:"Serving"`
	Production bool   `help:"Serve real visitors: refuse to start with anything a demo may lack." env:"FENFU_PRODUCTION" group:"Serving"`
	DataDir    string `help:"Folder of the embedded store and of the demo's own keys." default:"data" env:"FENFU_DATA_DIR" group:"Serving" type:"path"`
	LogLevel   string `help:"Least level to log: debug, info, warn, error." enum:"debug,info,warn,error" default:"info" env:"FENFU_LOG_LEVEL" group:"Serving"`

	RedisURL        string        `help:"Redis to keep sessions in: redis://, rediss://, redis+sentinel:// or redis+cluster://. Empty: the embedded store." env:"FENFU_REDIS_URL" group:"Storage"`
	RedisURLFile    string        `help:"File with the Redis URL." env:"FENFU_REDIS_URL_FILE" group:"Storage" type:"path"`
	RedisReplicas   int           `help:"Replicas that must have a turn before it is acknowledged or shown. 0: a failover may lose the last moments." default:"0" env:"FENFU_REDIS_REPLICAS" group:"Storage"`
	RedisAcceptRisk bool          `help:"Start in production though the settings of Redis may lose sessions." env:"FENFU_REDIS_ACCEPT_RISK" group:"Storage"`
	SealKeys        string        `help:"Keys that personal data is encrypted with, newest first: id:base64 of 32 bytes, separated by commas." env:"FENFU_SEAL_KEYS" group:"Storage"`
	SealKeysFile    string        `help:"File with the encryption keys." env:"FENFU_SEAL_KEYS_FILE" group:"Storage" type:"path"`
	Retention       time.Duration `help:"How long a session's state, with the visitor's details, is kept after its last message." default:"720h" env:"FENFU_RETENTION" group:"Storage"`
	FormRetention   time.Duration `help:"How long the details of a form that is not submitted are kept after the visitor's last message; at most as long as the session." default:"168h" env:"FENFU_FORM_RETENTION" group:"Storage"`
	LogRetention    time.Duration `help:"How long the masked log of its messages is kept; no shorter." default:"720h" env:"FENFU_LOG_RETENTION" group:"Storage"`

	APIKeysFile    string   `help:"Bearer keys of other systems at the desk's API: a YAML list of id, name, scopes, desks, capacity and sha256." name:"api-keys-file" env:"FENFU_API_KEYS_FILE" group:"Access" type:"path"`
	TokenKey       string   `help:"Key that visitors' tokens are signed with: base64 of 32 bytes." env:"FENFU_TOKEN_KEY" group:"Access"`
	TokenKeyFile   string   `help:"File with the token key." env:"FENFU_TOKEN_KEY_FILE" group:"Access" type:"path"`
	AllowedOrigins []string `help:"Origins of the pages that may embed the widget, such as https://pay.example.com." env:"FENFU_ALLOWED_ORIGINS" group:"Access"`
	TrustedProxies []string `help:"Networks of the proxies in front, such as 10.0.0.0/8: what they say in X-Forwarded-For of where a request comes from is believed." env:"FENFU_TRUSTED_PROXIES" group:"Access"`
	VisitorRate    float64  `help:"Messages a second that one connection may send." default:"5" env:"FENFU_VISITOR_RATE" group:"Access"`
	VisitorBurst   int      `help:"Messages that one connection may send at once." default:"20" env:"FENFU_VISITOR_BURST" group:"Access"`
	MaxConnections int      `help:"Connections that this node accepts." default:"50000" env:"FENFU_MAX_CONNECTIONS" group:"Access"`

	OIDCIssuer           string   `name:"oidc-issuer" help:"OpenID Connect provider where people at the desk may sign in. Empty: they have passwords only." env:"FENFU_OIDC_ISSUER" group:"Sign-in"`
	OIDCClientID         string   `name:"oidc-client-id" help:"This server's client id there." env:"FENFU_OIDC_CLIENT_ID" group:"Sign-in"`
	OIDCClientSecret     string   `name:"oidc-client-secret" help:"Its secret. Empty: a public client; PKCE is used in any case." env:"FENFU_OIDC_CLIENT_SECRET" group:"Sign-in"`
	OIDCClientSecretFile string   `name:"oidc-client-secret-file" help:"File with the client's secret." env:"FENFU_OIDC_CLIENT_SECRET_FILE" group:"Sign-in" type:"path"`
	OIDCRedirectURL      string   `name:"oidc-redirect-url" help:"This server's /v1/desk/oidc/callback as browsers reach it." env:"FENFU_OIDC_REDIRECT_URL" group:"Sign-in"`
	OIDCRoleClaim        string   `name:"oidc-role-claim" help:"Claim of the ID token that holds roles." default:"roles" env:"FENFU_OIDC_ROLE_CLAIM" group:"Sign-in"`
	OIDCRoles            []string `name:"oidc-roles" help:"What its values stand for, such as desk-lead=supervisor,desk-agent=agent; the first that somebody has counts." env:"FENFU_OIDC_ROLES" group:"Sign-in"`

	CheckerURL          string `help:"Remote eligibility check that speaks contract v1, without /v1. Empty: the embedded rules." env:"FENFU_CHECKER_URL" group:"Check"`
	CheckerToken        string `help:"Bearer token for the remote check." env:"FENFU_CHECKER_TOKEN" group:"Check"`
	CheckerTokenFile    string `help:"File with the token for the remote check." env:"FENFU_CHECKER_TOKEN_FILE" group:"Check" type:"path"`
	CheckerAllowPrivate bool   `help:"Let the remote check be on a private address, and speak plain http." env:"FENFU_CHECKER_ALLOW_PRIVATE" group:"Check"`
	CallbackURL         string `help:"This server's /v1/callbacks/checks as the check reaches it. Empty: the check is polled." env:"FENFU_CALLBACK_URL" group:"Check"`
	CallbackSecrets     string `help:"Secrets that callbacks are signed with, newest first: whsec_… separated by spaces." env:"FENFU_CALLBACK_SECRETS" group:"Check"`
	CallbackSecretsFile string `help:"File with the callback secrets." env:"FENFU_CALLBACK_SECRETS_FILE" group:"Check" type:"path"`

	NotifyURL          string   `help:"Where the operator's own system is told, by webhook, that an application was decided. Empty: nowhere." env:"FENFU_NOTIFY_URL" group:"Notify"`
	NotifyEvents       []string `help:"Events that it is told of: application.decided, handoff.requested, handoff.taken, handoff.closed." default:"application.decided" env:"FENFU_NOTIFY_EVENTS" group:"Notify"`
	NotifySecrets      string   `help:"Secrets that those webhooks are signed with, newest first, all of them: whsec_… separated by spaces." env:"FENFU_NOTIFY_SECRETS" group:"Notify"`
	NotifySecretsFile  string   `help:"File with the secrets of those webhooks." env:"FENFU_NOTIFY_SECRETS_FILE" group:"Notify" type:"path"`
	NotifyAllowPrivate bool     `help:"Let the operator's own system be on a private address, and speak plain http." env:"FENFU_NOTIFY_ALLOW_PRIVATE" group:"Notify"`

	DuplicateWindow time.Duration `help:"How long a second application with the same ID number finds the first, and is not checked. 0: it is never looked for." default:"720h" env:"FENFU_DUPLICATE_WINDOW" group:"Dialogue"`

	RemindAfter []time.Duration `help:"Silence in an open form before each reminder; after the last span once more the form is put aside." default:"5m,20m" env:"FENFU_REMIND_AFTER" group:"Dialogue"`

	LLMURL          string `name:"llm-url" help:"Base URL of an OpenAI-compatible API, such as https://llm.example.com/v1, for questions that the knowledge base does not answer. Empty: no language model." env:"FENFU_LLM_URL" group:"Language model"`
	LLMModel        string `name:"llm-model" help:"Model to ask there." env:"FENFU_LLM_MODEL" group:"Language model"`
	LLMKey          string `name:"llm-key" help:"Bearer token for it." env:"FENFU_LLM_KEY" group:"Language model"`
	LLMKeyFile      string `name:"llm-key-file" help:"File with the token for it." env:"FENFU_LLM_KEY_FILE" group:"Language model" type:"path"`
	LLMSessionLimit int    `name:"llm-session-limit" help:"Questions of one session that go to it; agents may ask as often for each." default:"20" env:"FENFU_LLM_SESSION_LIMIT" group:"Language model"`
	LLMDailyLimit   int    `name:"llm-daily-limit" help:"Questions a day that go to it from all nodes." default:"2000" env:"FENFU_LLM_DAILY_LIMIT" group:"Language model"`

	OperatorName     string `help:"Legal name of the operator, shown to every visitor." env:"FENFU_OPERATOR_NAME" group:"Operator"`
	OperatorLicence  string `help:"The operator's licence, shown to every visitor." env:"FENFU_OPERATOR_LICENCE" group:"Operator"`
	ComplaintChannel string `help:"Where visitors can complain, shown to every visitor." env:"FENFU_COMPLAINT_CHANNEL" group:"Operator"`
	CheckerName      string `help:"Who checks eligibility, named in the consent to disclose." env:"FENFU_CHECKER_NAME" group:"Operator"`
	FlowsDir         string `help:"Folder of flow files in place of the built-in ones." env:"FENFU_FLOWS_DIR" group:"Operator" type:"path"`
	FAQDir           string `help:"Folder of knowledge entries in place of the built-in ones." name:"faq-dir" env:"FENFU_FAQ_DIR" group:"Operator" type:"path"`
	DesksFile        string `help:"Desks with their hours, limits and rules in place of the built-in ones." env:"FENFU_DESKS_FILE" group:"Operator" type:"path"`
	CannedFile       string `help:"Replies that agents keep at hand in place of the built-in ones." env:"FENFU_CANNED_FILE" group:"Operator" type:"path"`
	RulesFile        string `help:"Rules file in place of the built-in one." env:"FENFU_RULES_FILE" group:"Operator" type:"path"`
	ApplicantsFile   string `help:"Demo applicants in place of the built-in ones. Not read in production." env:"FENFU_APPLICANTS_FILE" group:"Operator" type:"path"`
}

// check returns everything that is wrong with the settings, at once. It reads
// the files that they name, but opens no store and connects to nothing.
func (c *config) check() error {
	errs := []error{c.readSecrets()}
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	if c.RedisURL != "" {
		client, err := sessions.Dial(c.RedisURL) // connects to nothing yet
		bad(err == nil, "--redis-url: %w", err)
		if err == nil {
			errs = append(errs, client.Close())
		}
	}
	if c.SealKeys != "" {
		_, err := seal.Parse(c.SealKeys)
		bad(err == nil, "--seal-keys: %w", err)
	}
	if c.TokenKey != "" {
		_, err := decodeKey(c.TokenKey)
		bad(err == nil, "--token-key: %w", err)
	}
	if c.CheckerURL != "" {
		_, err := eligibility.NewRemote(c.remote()) // connects to nothing yet
		bad(err == nil, "--checker-url, --checker-token, --callback-url: %w", err)
	}
	if c.CallbackSecrets != "" {
		_, err := webhook.ParseSecrets(c.CallbackSecrets)
		bad(err == nil, "--callback-secrets: %w", err)
	}
	if c.NotifyURL != "" {
		to, err := c.endpoint()
		if err == nil {
			_, err = webhook.NewEndpoint(to) // connects to nothing yet
		}
		bad(err == nil, "--notify-url, --notify-secrets: %w", err)
	}
	for _, e := range c.NotifyEvents {
		bad(slices.Contains(bot.NotifyEvents(), e), "--notify-events: there is no event %q, only %s", e, strings.Join(bot.NotifyEvents(), ", "))
	}
	bad(c.NotifyURL != "" || c.NotifySecrets == "", "--notify-secrets needs --notify-url")
	_, err := c.content()
	bad(err == nil, "%w", err)
	if desks, e := c.loadDesks(); e == nil { // else it was said before
		_, err := c.apiKeys(desks)
		bad(err == nil, "--api-keys-file: %w", err)
	}
	_, err = c.canned()
	bad(err == nil, "--canned-file: %w", err)
	bad((c.CallbackURL == "") == (c.CallbackSecrets == ""), "--callback-url and --callback-secrets go together")
	bad(c.CallbackURL == "" || c.CheckerURL != "", "--callback-url needs --checker-url")
	if c.LLMURL != "" || c.LLMModel != "" || c.LLMKey != "" {
		_, err := llm.New(c.model()) // connects to nothing yet
		bad(err == nil, "--llm-url, --llm-model, --llm-key: %w", err)
	}
	bad(c.LLMSessionLimit > 0, "--llm-session-limit: must be above 0")
	bad(c.LLMDailyLimit > 0, "--llm-daily-limit: must be above 0")
	errs = append(errs, c.checkOIDC())
	for _, o := range c.AllowedOrigins {
		bad(isOrigin(o), "--allowed-origins: %q is not an origin (scheme://host[:port])", o)
	}
	_, err = c.proxies()
	bad(err == nil, "--trusted-proxies: %w", err)
	bad(c.DuplicateWindow >= 0, "--duplicate-window: must not be negative")
	bad(c.DuplicateWindow <= c.Retention, "--duplicate-window: must be no longer than --retention, or something of a visitor would be kept for longer")
	for _, d := range c.RemindAfter {
		bad(d >= time.Second, "--remind-after: %s is too short", d)
	}
	bad(c.VisitorRate > 0, "--visitor-rate: must be above 0")
	bad(c.VisitorBurst > 0, "--visitor-burst: must be above 0")
	bad(c.MaxConnections > 0, "--max-connections: must be above 0")
	bad(c.RedisReplicas >= 0, "--redis-replicas: must not be negative")
	bad(c.RedisReplicas == 0 || c.RedisURL != "", "--redis-replicas needs --redis-url")
	bad(c.Retention >= 24*time.Hour, "--retention: must be at least 24h, the consent names it in days")
	bad(c.FormRetention >= 24*time.Hour, "--form-retention: must be at least 24h, the consent names it in days")
	bad(c.LogRetention >= c.Retention, "--log-retention: must be no shorter than --retention")
	if c.Production {
		bad(c.RedisURL != "", "production needs --redis-url: the embedded store is for demos and development")
		bad(c.SealKeys != "", "production needs --seal-keys (or --seal-keys-file)")
		bad(c.TokenKey != "", "production needs --token-key (or --token-key-file)")
		bad(strings.TrimSpace(c.OperatorName) != "", "production needs --operator-name: visitors must know who collects their data")
		bad(strings.TrimSpace(c.OperatorLicence) != "", "production needs --operator-licence")
		bad(strings.TrimSpace(c.ComplaintChannel) != "", "production needs --complaint-channel")
		bad(strings.TrimSpace(c.CheckerName) != "", "production needs --checker-name: the consent to disclose names the checker")
		bad(len(c.AllowedOrigins) > 0, "production needs --allowed-origins")
		bad(!defaultSecret(c.SealKeys), "--seal-keys: this is a sample or a pattern, not a secret; make one with: openssl rand -base64 32")
		bad(!defaultSecret(c.TokenKey), "--token-key: this is a sample or a pattern, not a secret; make one with: openssl rand -base64 32")
		for _, o := range c.AllowedOrigins {
			bad(!strings.HasPrefix(o, "http://"), "--allowed-origins: %q is not https", o)
		}
	}
	return errors.Join(errs...)
}

// proxies are the networks whose proxies are believed; an address is one of its own.
func (c *config) proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range c.TrustedProxies {
		network, err := netip.ParsePrefix(text)
		if at, e := netip.ParseAddr(text); e == nil {
			network, err = at.Prefix(at.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("%q is no network, such as 10.0.0.0/8", text)
		}
		all = append(all, network)
	}
	return all, nil
}

func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

// decodeKey reads a 32-byte key in any base64.
func decodeKey(s string) ([]byte, error) {
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if key, err := enc.DecodeString(strings.TrimSpace(s)); err == nil {
			if len(key) < 32 {
				return nil, fmt.Errorf("key has %d bytes, needs 32", len(key))
			}
			return key, nil
		}
	}
	return nil, errors.New("not base64")
}

// defaultSecret reports whether any of the keys is one that a person made up
// or copied: random bytes hold far more than 12 different values in 32.
func defaultSecret(keys string) bool {
	for key := range strings.SplitSeq(keys, ",") {
		if _, b64, ok := strings.Cut(key, ":"); ok {
			key = b64
		}
		raw, err := decodeKey(key)
		if err != nil {
			continue // reported as malformed already
		}
		distinct := make(map[byte]bool)
		printable := true
		for _, c := range raw {
			distinct[c] = true
			printable = printable && c >= 0x20 && c < 0x7f
		}
		if len(distinct) <= 12 || printable {
			return true
		}
	}
	return false
}
