// Every verb that changes something.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../dist/index.js";
import { cluster, World } from "./world.mjs";

const reason = (word) => ({ code: "Api", reason: word });

test("create, get, replace, and the typed conflict", async (t) => {
  const { admin, namespace } = await World.new(t, "replace");
  const object = { metadata: { name: "a", namespace }, data: { key: "1" } };
  const created = await admin.create("configmaps", object);
  assert.deepEqual(created.data, { key: "1" });
  await assert.rejects(admin.create("configmaps", object), reason("AlreadyExists"));

  const read = await admin.get("configmaps", "a", { namespace });
  assert.deepEqual(read, created);
  read.data.key = "2";
  assert.deepEqual((await admin.replace("configmaps", read)).data, { key: "2" });

  // `read` still has the version from before.
  await assert.rejects(admin.replace("configmaps", read), (error) => {
    const { code, details } = error.status;
    assert.deepEqual([error.code, error.reason, code, details.name, details.kind], ["Api", "Conflict", 409, "a", "configmaps"]);
    return true;
  });
  await assert.rejects(admin.get("configmaps", "b", { namespace }), reason("NotFound"));
});

test("the four patches", async (t) => {
  const { admin, namespace } = await World.new(t, "patches");
  await admin.create("configmaps", { metadata: { name: "a", namespace }, data: { one: "1", two: "2" } });
  const patch = async (type, body) => (await admin.patch("configmaps", "a", body, { namespace, type })).data;

  const steps = [{ op: "test", path: "/data/one", value: "1" }, { op: "remove", path: "/data/one" }];
  assert.deepEqual(await patch("json", steps), { two: "2" });
  await assert.rejects(patch("json", steps), reason("Invalid"));
  assert.deepEqual(await patch("merge", { data: { two: null, three: "3" } }), { three: "3" });

  const wanted = (four) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace }, data: { four } });
  const applied = await admin.apply("configmaps", wanted("4"), { fieldManager: "one-manager" });
  assert.deepEqual(applied.data, { three: "3", four: "4" });
  await assert.rejects(admin.apply("configmaps", wanted("other"), { fieldManager: "another" }), (error) => {
    assert.equal(error.reason, "Conflict");
    assert.deepEqual([error.status.details.causes[0].field, error.status.details.causes[0].reason], [".data.four", "FieldManagerConflict"]);
    return true;
  });
  const forced = await admin.apply("configmaps", wanted("other"), { fieldManager: "another", force: true });
  assert.equal(forced.data.four, "other");

  const labels = { app: "web" };
  const containers = [{ name: "one", image: "one" }, { name: "two", image: "two" }];
  const spec = { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } };
  await admin.create("deployments", { metadata: { name: "web", namespace }, spec });
  // A strategic patch merges containers by name, where a merge patch would replace the list.
  const change = { spec: { template: { spec: { containers: [{ name: "two", image: "new" }] } } } };
  const patched = await admin.patch("deployments", "web", change, { namespace, type: "strategic" });
  assert.deepEqual(patched.spec.template.spec.containers.map(({ image }) => image), ["one", "new"]);
});

test("deletions keep to their preconditions", async (t) => {
  const { admin, namespace } = await World.new(t, "delete");
  const create = (name, metadata = {}) => admin.create("configmaps", { metadata: { name, namespace, labels: { mine: "yes" }, ...metadata } });
  const { uid } = (await create("a")).metadata;
  const remove = (preconditions, options) => admin.delete("configmaps", "a", { namespace, preconditions, ...options });

  await assert.rejects(remove({ uid: "00000000-0000-0000-0000-000000000000" }), reason("Conflict"));
  await assert.rejects(remove({ uid, resourceVersion: "1" }), reason("Conflict"));
  await remove({ uid }, { dryRun: true });
  await admin.get("configmaps", "a", { namespace });
  assert.equal(await remove({ uid }), undefined);
  await assert.rejects(admin.get("configmaps", "a", { namespace }), reason("NotFound"));

  await create("held", { labels: {}, finalizers: ["example.com/held"] });
  const going = await admin.delete("configmaps", "held", { namespace });
  assert.equal(going.metadata.name, "held");
  await admin.patch("configmaps", "held", { metadata: { finalizers: null } }, { namespace, type: "merge" });

  await Promise.all([create("b"), create("c"), create("other", { labels: {} })]);
  const mine = { namespace, labelSelector: "mine=yes" };
  await admin.deleteCollection("configmaps", { ...mine, dryRun: true });
  assert.equal((await admin.list("configmaps", mine)).items.length, 2);
  await admin.deleteCollection("configmaps", mine);
  const left = (await admin.list("configmaps", { namespace })).items.map(({ metadata }) => metadata.name);
  assert.ok(left.includes("other") && !left.includes("b") && !left.includes("c"), left.join());
});

test("odd names are names and nothing else", async (t) => {
  const { admin, namespace } = await World.new(t, "odd");
  const name = `kubewire:${namespace}?force=true#x y`;
  await admin.create("clusterroles", { metadata: { name } });
  assert.equal((await admin.get("clusterroles", name)).metadata.name, name);
  await admin.delete("clusterroles", name);
  await assert.rejects(admin.get("clusterroles", name), reason("NotFound"));
});

test("generated names, dry runs, and the server's warnings", async (t) => {
  const { namespace } = await World.new(t, "generate");
  const warnings = [];
  const mount = { server: cluster.server, mount: cluster.adminMount };
  const admin = await Client.inCluster({ ...mount, onWarning: (warning) => warnings.push(warning) });
  const make = async () => (await admin.create("configmaps", { metadata: { generateName: "made-", namespace } })).metadata.name;
  const [one, two] = [await make(), await make()];
  assert.ok(one.startsWith("made-") && one !== two);
  await admin.create("configmaps", { metadata: { name: "tried", namespace } }, { dryRun: true });
  await assert.rejects(admin.get("configmaps", "tried", { namespace }), reason("NotFound"));

  const unknown = { metadata: { name: "strict", namespace }, dara: {} };
  await assert.rejects(admin.create("configmaps", unknown, { fieldValidation: "Strict" }), reason("BadRequest"));
  await admin.create("configmaps", unknown, { fieldValidation: "Warn" });
  assert.deepEqual(warnings, ['unknown field "dara"']);
});
