// How a program is tested with the sandbox: it runs as it is, on a client that asks an API server in memory. `node --test` runs this file.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Sandbox } from "kubewire/sandbox";
import { mirror } from "./mirror.mjs";

const namespace = (name, labels) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
const map = (name, data, labels = { mirror: "yes" }) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "shared", labels }, data });
const mirrors = { mirrors: "yes" };

/** A cluster with the controller running in it, and a client of the tester's own. */
async function start(t, objects) {
  const sandbox = await Sandbox.create({ seed: 1, clock: "virtual", objects: [namespace("shared"), ...objects] });
  const stop = new AbortController();
  const client = await sandbox.client();
  const running = mirror(client, stop.signal).catch((error) => error);
  t.after(async () => {
    stop.abort("the test is over");
    assert.equal(await running, "the test is over");
    sandbox.close();
  });
  // All that the controller does without waiting is done then.
  await sandbox.advance(0);
  return { sandbox, client };
}

test("copies what is there, and what changes", async (t) => {
  const { sandbox, client } = await start(t, [namespace("shop", mirrors), namespace("other"), map("colours", { wall: "blue" })]);
  const copy = (in_) => sandbox.get("v1", "ConfigMap", "colours", { namespace: in_ })?.data.wall;
  assert.deepEqual([copy("shop"), copy("other")], ["blue", undefined]);
  await client.patch("configmaps", "colours", { data: { wall: "red" } }, { namespace: "shared", type: "merge" });
  await client.patch("namespaces", "other", { metadata: { labels: mirrors } }, { type: "merge" });
  await sandbox.advance(0);
  assert.deepEqual([copy("shop"), copy("other")], ["red", "red"]);
});

test("takes copies away with the original", async (t) => {
  const { sandbox, client } = await start(t, [namespace("shop", mirrors), map("colours", { wall: "blue" })]);
  await client.delete("configmaps", "colours", { namespace: "shared" });
  await sandbox.advance(0);
  assert.equal(sandbox.get("v1", "ConfigMap", "colours", { namespace: "shop" }), undefined);
});

test("goes on after hours, and after versions were forgotten", async (t) => {
  const { sandbox, client } = await start(t, [namespace("shop", mirrors)]);
  await sandbox.advance(5 * 3_600_000);
  sandbox.compact();
  await client.create("configmaps", map("late", { a: "1" }));
  await sandbox.advance(0);
  assert.deepEqual(sandbox.get("v1", "ConfigMap", "late", { namespace: "shop" }).data, { a: "1" });
});

test("writes nothing where nothing changes", async (t) => {
  const { sandbox } = await start(t, [namespace("shop", mirrors), map("colours", { wall: "blue" })]);
  const { revision } = sandbox;
  await sandbox.advance(3_600_000);
  const written = sandbox.log().filter(({ at, method }) => at > 0 && method !== "GET");
  assert.deepEqual([sandbox.revision, written], [revision, []]);
});
