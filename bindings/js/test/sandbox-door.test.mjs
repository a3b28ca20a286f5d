// The sandbox's other doors, its clock and its end.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { KubeError } from "kubewire";
import { ready, Sandbox } from "kubewire/sandbox";

const here = fileURLToPath(new URL("..", import.meta.url));
const MAPS = "/api/v1/namespaces/default/configmaps";
const map = (name) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
const create = (name) => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(map(name)) });
const decoder = new TextDecoder();

/** A sandbox, and its `fetch` with the administrator's token. */
async function begin(t) {
  const sandbox = await Sandbox.create({ clock: "virtual" });
  t.after(() => sandbox.close());
  const authorization = `Bearer ${sandbox.admin}`;
  const fetch = (input, init = {}) => sandbox.fetch(input, { ...init, headers: { ...init.headers, authorization } });
  return { sandbox, fetch };
}

test("fetch is answered, whatever the URL's host", async (t) => {
  const { fetch, sandbox } = await begin(t);
  const made = await fetch(`https://anywhere.example:6443${MAPS}`, create("one"));
  assert.deepEqual([made.status, made.headers.get("content-type")], [201, "application/json"]);
  assert.equal((await made.json()).metadata.name, "one");
  assert.equal((await (await fetch(new Request(`https://localhost${MAPS}/one`))).json()).kind, "ConfigMap");
  assert.equal((await fetch(new URL(`https://localhost${MAPS}?labelSelector=${encodeURIComponent("a in (b)")}`))).status, 200);
  const missing = await fetch(`${MAPS}/two`);
  assert.deepEqual([missing.ok, (await missing.json()).message], [false, 'configmaps "two" not found']);
  const unknown = await sandbox.fetch(MAPS, { headers: { authorization: "Bearer nobody's" } });
  assert.equal(unknown.status, 401);
  assert.equal((await fetch(MAPS, { method: "HEAD" })).body, null);
});

test("tokens of the administrator and of accounts are known", async (t) => {
  const { sandbox, fetch } = await begin(t);
  assert.equal((await fetch(MAPS)).status, 200);
  const { token } = sandbox.mount("default", "web");
  assert.notEqual((await sandbox.fetch(MAPS, { headers: { authorization: `Bearer ${token}` } })).status, 401);
  assert.equal(sandbox.mount("shop", "web").namespace, "shop");
  assert.match(sandbox.mount().ca, /^-----BEGIN CERTIFICATE-----/);
});

test("a watch is a stream: it waits, ends in its time, and stops where it is given up", async (t) => {
  const { sandbox, fetch } = await begin(t);
  const watch = async (query, init) => (await fetch(`${MAPS}?watch=true${query}`, init)).body.getReader();
  const timed = await watch("&timeoutSeconds=5");
  const first = timed.read();
  await fetch(MAPS, create("one"));
  assert.match(decoder.decode((await first).value), /^\{"type":"ADDED".*"name":"one".*\}\n$/);
  const [end] = await Promise.all([timed.read(), sandbox.advance(5_000)]);
  assert.equal(end.done, true);

  const abort = new AbortController();
  const given = await watch("", { signal: abort.signal });
  await given.read();
  const next = given.read();
  abort.abort(new Error("enough"));
  await assert.rejects(next, { message: "enough" });
  await assert.rejects(fetch(MAPS, { signal: abort.signal }), { message: "enough" });
  const cancelled = await watch("");
  await cancelled.cancel();
  assert.equal((await cancelled.read()).done, true);

  const put = await watch("");
  await put.read();
  const lost = put.read();
  sandbox.restore(sandbox.snapshot());
  assert.equal((await lost).done, true);
});

test("a burst comes in pieces, and whole", async (t) => {
  const { sandbox, fetch } = await begin(t);
  const reader = (await fetch(`${MAPS}?watch=true`)).body.getReader();
  for (let index = 0; index < 1000; index += 1) sandbox.put({ ...map(`m${index}`), data: { x: "x".repeat(500) } });
  let text = "";
  let pieces = 0;
  for (; text.split("\n").length <= 1000; pieces += 1) text += decoder.decode((await reader.read()).value);
  const told = text.trim().split("\n").map((line) => JSON.parse(line).object.metadata.name);
  assert.deepEqual(told, Array.from({ length: 1000 }, (_, index) => `m${index}`));
  assert.ok(pieces > 5 && pieces < 20, `${pieces} pieces`);
});

test("objects as deep as the server takes are taken", async (t) => {
  const { fetch } = await begin(t);
  const nested = (depth) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  const body = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"deep"},"spec":${nested(110)}}`;
  const answer = await fetch("/apis/apps/v1/namespaces/default/deployments", { ...create("deep"), body });
  assert.ok([201, 400, 422].includes(answer.status), await answer.text());
  const deeper = await fetch("/apis/apps/v1/namespaces/default/deployments", { ...create("deep"), body: body.replace(nested(110), nested(50_000)) });
  assert.equal(deeper.status, 400);
});

test("what cannot be is said", async (t) => {
  const refused = (call, message) => assert.rejects(async () => call(), (error) => error instanceof KubeError && message.test(error.message));
  await refused(() => Sandbox.create({ objects: [{ apiVersion: "v1", kind: "Nothing" }] }), /^the object cannot be put into the sandbox: there is no kind "Nothing" in "v1"$/);
  await refused(() => Sandbox.create({ now: "soon" }), /^`now` is no time: soon$/);
  const real = await Sandbox.create({ now: "2030-05-06T07:08:09Z" });
  await refused(() => real.advance(1), /goes by the real clock: make it with `\{ clock: "virtual" \}`/);
  assert.match(real.now.toISOString(), /^2030-05-06T07:08:/);
  const { sandbox } = await begin(t);
  await refused(() => sandbox.put({ ...map("a"), metadata: { name: "a", namespace: "nowhere" } }), /there is no namespace "nowhere"/);
  await refused(() => sandbox.advance(-1), /time does not go by -1 ms/);
  await assert.rejects(sandbox.fetch("/api/v1/\u{fffd}", { method: "G T" }), TypeError);
  real.close();
  await assert.rejects(real.fetch(MAPS), { name: "TypeError", message: "the sandbox is closed" });
  const client = await sandbox.client();
  sandbox.close();
  await assert.rejects(client.list("configmaps"), { code: "Transport", message: /the sandbox is closed/ });
  await ready();
});

test("one that is closed keeps no process from ending", () => {
  const script = `
    import { Sandbox } from "kubewire/sandbox";
    using(await Sandbox.create());
    async function using(sandbox) {
      const client = await sandbox.client();
      await client.informer("configmaps").start();
      client.elect({ name: "a", identity: "a" });
      client.list("configmaps", { resourceVersion: "1000" }).catch((error) => console.log(error.message));
      setTimeout(() => sandbox[Symbol.dispose ?? "close"](), 50);
    }`;
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: here, encoding: "utf8", timeout: 20_000 });
  assert.match(said, /: the sandbox is closed\n$/);
});
