// Builds dist/: the loader and the page's script as classic scripts, the frame
// and the console as modules. Nothing is inlined and no name is hashed: the binary serves the
// files as they are, with an ETag.
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = dirname(fileURLToPath(import.meta.url));

const bundles = [
  { input: "widget/loader/main.ts", name: "widget", format: "iife" },
  { input: "widget/frame.tsx", name: "widget/frame", format: "es" },
  { input: "console/main.tsx", name: "console/console", format: "es" },
  { input: "demo/demo.ts", name: "demo/demo", format: "iife" },
];

const pages = [
  ["widget/frame.html", "widget/frame.html"],
  ["console/index.html", "console/index.html"],
  ["demo/index.html", "index.html"],
];

/** Builds everything into outDir. */
export async function buildInto(outDir) {
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  for (const { input, name, format } of bundles) {
    await build({
      root,
      configFile: false,
      logLevel: "warn",
      publicDir: false,
      build: {
        outDir,
        emptyOutDir: false,
        target: ["chrome111", "firefox115", "safari16.4"],
        modulePreload: false,
        cssCodeSplit: false,
        assetsInlineLimit: 0,
        reportCompressedSize: false,
        rolldownOptions: {
          input: join(root, input),
          output: { format, entryFileNames: `${name}.js`, assetFileNames: `${name}[extname]` },
        },
      },
    });
  }
  for (const [from, to] of pages) {
    await cp(join(root, from), join(outDir, to));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // A build that fails leaves what there was.
  const [dist, fresh] = [join(root, "dist"), join(root, "node_modules/.fresh")];
  await buildInto(fresh);
  await rm(dist, { recursive: true, force: true });
  await rename(fresh, dist);
}
