// What is packed, and what it costs to load. That the tarball installs, `cargo xtask test` tries.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const SANDBOX = ["dist/sandbox.js", "dist/sandbox.d.ts", "dist/sandbox.wasm", "dist/sandbox-core.js", "dist/sandbox-core.d.ts"];
const here = fileURLToPath(new URL("..", import.meta.url));

test("the tarball has the build, its types and the licences, and nothing else", () => {
  const said = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: here, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const files = JSON.parse(said)[0].files.map(({ path }) => path);
  for (const needed of ["dist/index.js", "dist/index.d.ts", "dist/node.js", "dist/no-host.js", "dist/core.wasm", "dist/core.js", ...SANDBOX, "package.json", "README.md"]) {
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

test("only who asks for the sandbox loads it, and it loads no fetch", () => {
  const script = (module) => `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const read = [];
    const { readFileSync } = fs;
    fs.readFileSync = (path, ...options) => (read.push(String(path)), readFileSync(path, ...options));
    syncBuiltinESMExports();
    const { Client, Sandbox } = await import("${module}");
    await (Sandbox === undefined ? Client.inCluster({ server: "http://127.0.0.1:1" }) : (await Sandbox.create()).client());
    const files = read.map((path) => path.split("/").at(-1)).filter((name) => name.endsWith(".wasm"));
    const loaded = process.moduleLoadList.filter((name) => /NativeModule (https|internal.deps.undici.undici)$/.test(name));
    console.log(JSON.stringify([files, loaded]));`;
  const said = (module) => JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", script(module)], { cwd: here, encoding: "utf8" }));
  assert.deepEqual(said("kubewire"), [["core.wasm"], []]);
  assert.deepEqual(said("kubewire/sandbox"), [["sandbox.wasm", "core.wasm"], []]);
});

test("where there is no host for the runtime, it says what to give", async () => {
  const { createHost, readCore, readSandbox } = await import("../dist/no-host.js");
  assert.throws(createHost, { code: "Config", message: /give one, as `Client.inCluster\(\{ host \}\)`/ });
  assert.throws(readCore, { code: "Config", message: /call `ready\(bytes\)`/ });
  assert.throws(readSandbox, { code: "Config", message: /call `ready\(bytes\)` of kubewire\/sandbox with kubewire\/sandbox.wasm first/ });
});
