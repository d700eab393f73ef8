// A small OpenID Connect provider, at another site than the server.
import assert from "node:assert/strict";
import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

const [client, secret] = ["fenfu-desk", "a secret of the client"];

/** Starts a provider at whose page the person with these claims may press a button. */
export async function startProvider(t, claims) {
  const provider = new Provider(claims);
  const server = createServer((req, res) => void provider.answer(req, res));
  server.listen(0);
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  provider.url = `http://localhost:${server.address().port}`; // the server is at 127.0.0.1
  return provider;
}

class Provider {
  url = "";
  #claims;
  #asked = new Map();
  #key = generateKeyPairSync("rsa", { modulusLength: 2048 });

  constructor(claims) {
    this.#claims = claims;
  }

  /** What a server is started with that people sign in at here. */
  flags(redirectURL) {
    return ["--oidc-issuer", this.url, "--oidc-client-id", client, "--oidc-client-secret", secret, "--oidc-redirect-url", redirectURL, "--oidc-roles", "desk-agent=agent"];
  }

  async answer(req, res) {
    const { pathname, searchParams } = new URL(req.url, this.url);
    const json = (value, status = 200) => res.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
    switch (pathname) {
      case "/.well-known/openid-configuration":
        return json({
          issuer: this.url, authorization_endpoint: `${this.url}/authorize`, token_endpoint: `${this.url}/token`, jwks_uri: `${this.url}/jwks`,
          id_token_signing_alg_values_supported: ["RS256"],
        });
      case "/jwks":
        return json({ keys: [{ ...this.#key.publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" }] });
      case "/authorize":
        return res.writeHead(200, { "Content-Type": "text/html" }).end(this.#page(searchParams));
      case "/token":
        return this.#token(req, json);
    }
    res.writeHead(404).end();
  }

  #page(query) {
    assert.equal(query.get("response_type"), "code");
    assert.equal(query.get("code_challenge_method"), "S256");
    const code = randomBytes(16).toString("hex");
    this.#asked.set(code, query);
    const back = `${query.get("redirect_uri")}?${new URLSearchParams({ code, state: query.get("state") })}`;
    return `<!doctype html><link rel="icon" href="data:,"><title>id</title><a href="${back.replaceAll("&", "&amp;")}">Continue</a>`;
  }

  async #token(req, json) {
    let body = "";
    for await (const chunk of req) body += chunk;
    const form = new URLSearchParams(body);
    const asked = this.#asked.get(form.get("code"));
    this.#asked.delete(form.get("code"));
    const proof = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    const known = `Basic ${btoa(`${client}:${encodeURIComponent(secret).replaceAll("%20", "+")}`)}`;
    if (!asked || asked.get("code_challenge") !== proof || req.headers.authorization !== known) return json({ error: "invalid_grant" }, 400);
    const now = Math.floor(Date.now() / 1000);
    const id = { iss: this.url, aud: client, sub: "s-1", nonce: asked.get("nonce"), iat: now, exp: now + 60, ...this.#claims };
    return json({ access_token: "a", token_type: "Bearer", id_token: this.#signed(id) });
  }

  #signed(claims) {
    const text = [{ alg: "RS256", kid: "k1" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    return `${text}.${createSign("RSA-SHA256").update(text).sign(this.#key.privateKey, "base64url")}`;
  }
}
