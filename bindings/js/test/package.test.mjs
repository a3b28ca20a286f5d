// What is packed, and what it costs to load. That the tarball installs, `cargo xtask test` tries.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("..", import.meta.url));

test("the tarball has the build, its types and the licences, and nothing else", () => {
  const said = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: here, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const files = JSON.parse(said)[0].files.map(({ path }) => path);
  for (const needed of ["dist/index.js", "dist/index.d.ts", "dist/node.js", "dist/no-host.js", "dist/core.wasm", "dist/core.js", "package.json", "README.md"]) {
    assert.ok(files.includes(needed), needed);
  }
  for (const file of files) assert.match(file, /^(dist\/[\w-]+\.(js|d\.ts|wasm)|package\.json|README\.md|LICENSE-(MIT|APACHE))$/);
});

test("it resolves under its own name, and loads neither fetch nor https before it needs them", () => {
  const script = `
    const { Client } = await import("kubewire");
    await Client.inCluster({ server: "http://127.0.0.1:1" });
    const loaded = process.moduleLoadList.filter((name) => /NativeModule (https|internal.deps.undici.undici)$/.test(name));
    console.log(JSON.stringify(loaded));`;
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: here, encoding: "utf8" });
  assert.deepEqual(JSON.parse(said), []);
});

test("where there is no host for the runtime, it says what to give", async () => {
  const { createHost, readCore } = await import("../dist/no-host.js");
  assert.throws(createHost, { code: "Config", message: /give one, as `Client.inCluster\(\{ host \}\)`/ });
  assert.throws(readCore, { code: "Config", message: /call `ready\(bytes\)`/ });
});
