import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { buildInto } from "../build.js";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");

async function files(dir) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name).slice(dir.length + 1))
    .sort();
}

test("dist is what the sources build", async (t) => {
  const fresh = await mkdtemp(join(tmpdir(), "fenfu-ui-"));
  t.after(() => rm(fresh, { recursive: true }));
  await buildInto(fresh);
  assert.deepEqual(await files(dist), await files(fresh), "run: npm run build");
  for (const name of await files(fresh)) {
    const [have, want] = await Promise.all([readFile(join(dist, name), "utf8"), readFile(join(fresh, name), "utf8")]);
    assert.ok(have === want, `${name} is not what its sources build; run: npm run build`);
  }
});

test("the widget is at most 25 KB gzipped in all", async () => {
  let total = 0;
  for (const name of ["widget.js", "widget/frame.html", "widget/frame.js", "widget/frame.css"]) {
    total += gzipSync(await readFile(join(dist, name)), { level: 9 }).length;
  }
  assert.ok(total <= 25_000, `${total} bytes`);
});

test("nothing needs inline code, eval or another origin", async () => {
  for (const name of await files(dist)) {
    const text = await readFile(join(dist, name), "utf8");
    if (name.endsWith(".html")) {
      assert.ok(!/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:/i.test(text), name);
    } else {
      assert.ok(!/\beval\(|new Function|dangerouslySetInnerHTML:/.test(text), name);
    }
    const urls = (text.match(/https?:\/\/[^\s"'`)]+/g) ?? []).filter((u) => !u.startsWith("http://www.w3.org/"));
    assert.deepEqual(urls, [], name);
  }
});
