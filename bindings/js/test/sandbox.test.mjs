// A user's story with the sandbox and a client in it. What the API server answers, the sandbox's own tests say; here it is the way there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, KubeError } from "kubewire";
import { Sandbox } from "kubewire/sandbox";

const map = (name, data = {}, labels) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default", labels }, data });
const names = ({ items }) => items.map(({ metadata }) => metadata.name);
const within = { namespace: "default" };

/** A sandbox whose time stands still, and a client in it. */
async function begin(t, options = {}) {
  const sandbox = await Sandbox.create({ seed: 7, clock: "virtual", ...options });
  t.after(() => sandbox.close());
  return { sandbox, client: await sandbox.client() };
}

test("objects are made, listed, changed and deleted", async (t) => {
  const { sandbox, client } = await begin(t, { objects: [map("settings", { colour: "blue" })] });
  const made = await client.create("configmaps", map("one", { a: "1" }, { app: "web" }));
  assert.match(made.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.equal(made.metadata.creationTimestamp, "2026-01-01T00:00:00Z");
  assert.deepEqual(names(await client.list("configmaps", within)), ["one", "settings"]);
  assert.deepEqual(names(await client.list("configmaps", { labelSelector: "app in (web, db)" })), ["one"]);
  await client.patch("configmaps", "one", { data: { b: "2" } }, { ...within, type: "merge" });
  assert.deepEqual(sandbox.get("v1", "ConfigMap", "one").data, { a: "1", b: "2" });
  await client.delete("configmaps", "one", within);
  assert.equal(sandbox.get("v1", "ConfigMap", "one"), undefined);
  assert.equal(sandbox.get("v1", "Namespace", "default").status.phase, "Active");
  const { method, target, status } = sandbox.log().at(-1);
  assert.deepEqual([method, target, status], ["DELETE", "/api/v1/namespaces/default/configmaps/one", 200]);
});

test("what the server refuses is said in its words", async (t) => {
  const { client } = await begin(t, { objects: [map("settings")] });
  const refused = async (call, reason, message) =>
    assert.rejects(call, (error) => {
      assert.ok(error instanceof KubeError, String(error));
      assert.deepEqual([error.code, error.reason, error.message], ["Api", reason, message]);
      return true;
    });
  const there = 'create configmaps in namespace default: configmaps "settings" already exists (409 AlreadyExists)';
  await refused(client.create("configmaps", map("settings")), "AlreadyExists", there);
  const read = await client.get("configmaps", "settings", within);
  await client.replace("configmaps", { ...read, data: { a: "1" } });
  await assert.rejects(client.replace("configmaps", { ...read, data: { a: "2" } }), { reason: "Conflict", message: /the object has been modified/ });
  await client.apply("configmaps", map("applied", { a: "1" }), { fieldManager: "one" });
  await assert.rejects(client.apply("configmaps", map("applied", { a: "2" }), { fieldManager: "two" }), (error) => {
    assert.match(error.message, /Apply failed with 1 conflict: conflict with "one": \.data\.a/);
    assert.deepEqual(error.status.details.causes.map(({ field }) => field), [".data.a"]);
    return true;
  });
  const forced = await client.apply("configmaps", map("applied", { a: "2" }), { fieldManager: "two", force: true });
  assert.deepEqual([forced.data.a, forced.metadata.managedFields.map(({ manager }) => manager)], ["2", ["two"]]);
});

test("a watch hears of what happens by the API and past it", async (t) => {
  const { sandbox, client } = await begin(t);
  const { metadata } = await client.list("configmaps", within);
  const watch = client.watch("configmaps", { ...within, resourceVersion: metadata.resourceVersion });
  const told = [];
  const reading = (async () => {
    for await (const { type, object } of watch) {
      told.push(`${type} ${object.metadata.name} ${object.data?.a}`);
      if (type === "DELETED") break;
    }
  })();
  await client.create("configmaps", map("one", { a: "1" }));
  sandbox.put(map("one", { a: "2" }));
  await client.delete("configmaps", "one", within);
  await reading;
  assert.deepEqual(told, ["ADDED one 1", "MODIFIED one 2", "DELETED one 2"]);
});

test("an informer has what the server has, after deletes and after hours", async (t) => {
  const { sandbox, client } = await begin(t);
  for (let index = 0; index < 40; index += 1) await client.create("configmaps", map(`m${index}`, {}, { odd: String(index % 2) }));
  const informer = await client.informer("configmaps", { labelSelector: "odd=1" }).start();
  const same = async (count) => {
    await sandbox.advance(1);
    const { items } = await client.list("configmaps", { labelSelector: "odd=1" });
    const keys = items.map(({ metadata }) => `default/${metadata.name}`).sort();
    assert.equal(keys.length, count);
    assert.deepEqual([informer.keys().sort(), informer.size], [keys, count]);
    for (const { metadata } of items) assert.equal(informer.get(`default/${metadata.name}`).metadata.resourceVersion, metadata.resourceVersion);
  };
  await same(20);
  for (let index = 0; index < 40; index += 3) await client.delete("configmaps", `m${index}`, within);
  await client.patch("configmaps", "m1", { metadata: { labels: { odd: "0" } } }, { ...within, type: "merge" });
  await same(12);
  // Its watches end and begin anew.
  await sandbox.advance(3 * 3_600_000);
  await client.delete("configmaps", "m5", within);
  await same(11);
  informer.close();
});

test("an informer that has slept through versions that are forgotten says what it missed", async (t) => {
  const { sandbox, client } = await begin(t, { objects: [map("gone"), map("stays")] });
  const informer = client.informer("configmaps", within);
  while ((await informer.next()).value.type !== "synced");
  await client.delete("configmaps", "gone", within);
  await client.create("configmaps", map("new"));
  sandbox.compact();
  const told = [];
  const reading = (async () => {
    while (told.length < 2) {
      const { value } = await informer.next();
      if (value.type === "add" || value.type === "delete") told.push(`${value.type} ${value.key} ${value.missed}`);
    }
  })();
  await sandbox.advance(60_000);
  await reading;
  assert.deepEqual(told.sort(), ["add default/new undefined", "delete default/gone true"]);
  assert.deepEqual(informer.keys(), ["default/new", "default/stays"]);
  informer.close();
});

test("versions that are forgotten are gone, and those to come are waited for", async (t) => {
  const { sandbox, client } = await begin(t, { objects: [map("settings")] });
  const { resourceVersion } = (await client.list("configmaps", within)).metadata;
  await client.create("configmaps", map("one"));
  sandbox.compact();
  await assert.rejects(client.list("configmaps", { ...within, resourceVersion, resourceVersionMatch: "Exact" }), { reason: "Expired", message: /410/ });
  const { value } = await client.watch("configmaps", { ...within, resourceVersion }).next();
  assert.deepEqual([value.type, value.object.code, value.object.reason], ["ERROR", 410, "Expired"]);

  const later = client.list("configmaps", { ...within, resourceVersion: String(sandbox.revision + 1) });
  sandbox.put(map("two"));
  assert.deepEqual(names(await later), ["one", "settings", "two"]);
  const abort = new AbortController();
  const never = client.list("configmaps", { resourceVersion: String(sandbox.revision + 1), signal: abort.signal });
  setTimeout(() => abort.abort(new Error("enough")), 20);
  await assert.rejects(never, { message: "enough" });
  const headers = { authorization: `Bearer ${sandbox.admin}` };
  const late = sandbox.fetch(`/api/v1/configmaps?resourceVersion=${sandbox.revision + 1}`, { headers });
  await sandbox.advance(3_000);
  assert.equal((await late).status, 504);
});

test("a snapshot is what was, and stays", async (t) => {
  const { sandbox, client } = await begin(t, { objects: [map("settings", { a: "1" })] });
  const before = sandbox.snapshot();
  for (let round = 0; round < 2; round += 1) {
    await client.replace("configmaps", map("settings", { a: "2" }));
    await client.create("configmaps", map("other"));
    sandbox.restore(before);
    assert.deepEqual(names(await client.list("configmaps", within)), ["settings"]);
    assert.equal((await client.get("configmaps", "settings", within)).data.a, "1");
  }
});

test("a program runs in it as a service account, as in a pod", async (t) => {
  const rbac = { apiVersion: "rbac.authorization.k8s.io/v1", metadata: { name: "reader", namespace: "shop" } };
  const { sandbox } = await begin(t, {
    objects: [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
      { ...rbac, kind: "Role", rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }] },
      {
        ...rbac,
        kind: "RoleBinding",
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
        subjects: [{ kind: "ServiceAccount", name: "web", namespace: "shop" }],
      },
    ],
  });
  const before = sandbox.snapshot();
  const web = await sandbox.client({ namespace: "shop", serviceAccount: "web" });
  const inside = await Client.inCluster({ host: sandbox.host({ namespace: "shop", serviceAccount: "web" }) });
  assert.deepEqual([web.namespace, inside.namespace, web.server], ["shop", "shop", "https://10.96.0.1:443"]);
  const token = ({ headers }) => new Map(headers).get("authorization").replace("Bearer ", "");
  const operation = { verb: "list", resource: "configmaps", namespace: "shop" };
  assert.notEqual(token(await web.prepare(operation)), token(await inside.prepare(operation)));
  assert.notEqual(token(await web.prepare(operation)), sandbox.admin);
  assert.deepEqual((await web.list("configmaps", { namespace: "shop" })).items, []);
  // Its token is of a time that never was; the pod has another by then.
  sandbox.restore(before);
  assert.deepEqual((await web.list("configmaps", { namespace: "shop" })).items, []);
  await assert.rejects(sandbox.client({ token: "nobody's" }).then((client) => client.list("configmaps")), { reason: "Unauthorized" });
});

test("leaders follow one another as the clock says", async (t) => {
  const { sandbox, client } = await begin(t);
  const elect = (identity) => client.elect({ name: "controller", namespace: "default", identity });
  const first = elect("first");
  await sandbox.advance(0);
  const second = elect("second");
  await sandbox.advance(600_000);
  assert.deepEqual([first.isLeader, second.isLeader], [true, false]);
  first.close();
  await sandbox.advance(5_000);
  assert.deepEqual([first.isLeader, second.isLeader], [false, false]);
  await sandbox.advance(15_000);
  assert.ok(second.isLeader);
  assert.equal(sandbox.get("coordination.k8s.io/v1", "Lease", "controller").spec.holderIdentity, "second");
  assert.equal(sandbox.now.toISOString(), "2026-01-01T00:10:20.000Z");
  second.close();
});

test("what is waited for comes, by either clock", async (t) => {
  for (const clock of ["virtual", "real"]) {
    const { sandbox, client } = await begin(t, { clock });
    const waiting = client.waitFor("configmaps", "one", (object) => object?.data.a === "2", within);
    await client.create("configmaps", map("one", { a: "1" }));
    sandbox.put(map("one", { a: "2" }));
    assert.equal((await waiting).data.a, "2");
  }
});

test("a reader who pauses for long goes on by itself", async (t) => {
  const { sandbox, client } = await begin(t, { objects: [map("settings")] });
  const watcher = client.watcher("configmaps", within);
  while ((await watcher.next()).value.type !== "initDone");
  await sandbox.advance(7_200_000);
  const next = watcher.next();
  sandbox.put(map("late"));
  assert.equal((await next).value.object.metadata.name, "late");
  watcher.close();
});

test("the same seed gives the same answers, and another one others", async (t) => {
  const run = async (seed) => {
    const { sandbox, client } = await begin(t, { seed });
    const made = await client.create("secrets", { apiVersion: "v1", kind: "Secret", metadata: { generateName: "s-", namespace: "default" } });
    return [JSON.stringify(made), sandbox.revision];
  };
  assert.deepEqual(await run(1), await run(1n));
  assert.notDeepEqual(await run(1), await run(2));
});
