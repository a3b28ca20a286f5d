// Informers, waits and elections on the real server, through its deaths.
import assert from "node:assert/strict";
import { test } from "node:test";
import { churn, map, reader, versionsIn } from "./churn.mjs";
import { Front } from "./front.mjs";
import { World } from "./world.mjs";

test("an informer tells what there is and what changes", async (t) => {
  const { admin, namespace } = await World.new(t, "informer");
  for (const name of ["a", "b"]) await admin.create("configmaps", map(name, { data: { text: "é}" } }), { namespace });
  const informer = admin.informer("configmaps", { namespace, labelSelector: "mine=yes" });
  const told = [];
  for await (const event of informer) {
    told.push(event);
    if (event.type === "synced") {
      assert.deepEqual(informer.keys(), [`${namespace}/a`, `${namespace}/b`]);
      const found = informer.get(`${namespace}/a`);
      assert.deepEqual([found.kind, found.data.text, found.metadata.managedFields], ["ConfigMap", "é}", undefined]);
      await admin.patch("configmaps", "a", { data: { text: "2" } }, { namespace, type: "merge" });
      await admin.delete("configmaps", "b", { namespace });
    }
    if (event.type === "delete") break;
  }
  assert.deepEqual(told.map(({ type }) => type), ["add", "add", "synced", "update", "delete"]);
  assert.deepEqual([told[3].old.data.text, told[3].object.data.text], ["é}", "2"]);
});

test("a wait ends when the object is as it was wanted", async (t) => {
  const { admin, namespace } = await World.new(t, "wait");
  const signal = AbortSignal.timeout(20_000);
  const there = admin.waitFor("configmaps", "late", (found) => found, { namespace, signal });
  await admin.create("configmaps", map("late"), { namespace });
  assert.equal((await there).metadata.name, "late");
  const changed = admin.waitFor("configmaps", "late", (found) => found?.data?.done === "yes", { namespace, signal });
  await admin.patch("configmaps", "late", { data: { done: "yes" } }, { namespace, type: "merge" });
  assert.equal((await changed).data.done, "yes");
  const gone = admin.waitFor("configmaps", "late", (found) => found === undefined, { namespace, signal });
  await admin.delete("configmaps", "late", { namespace });
  assert.equal(await gone, undefined);
  await assert.rejects(admin.waitFor("configmaps", "never", (found) => found, { namespace, signal: AbortSignal.timeout(300) }), { name: "TimeoutError" });
});

test("one leads, gives back, and another leads", async (t) => {
  const { admin, namespace } = await World.new(t, "elect");
  const times = { namespace, name: "lock", leaseDuration: 3_000, renewDeadline: 2_000, retryPeriod: 300 };
  const first = admin.elect({ ...times, identity: "first" });
  assert.deepEqual((await first.next()).value, { type: "leading", transitions: 0 });
  const second = admin.elect({ ...times, identity: "second" });
  assert.deepEqual((await second.next()).value, { type: "following", leader: "first" });
  // Longer than the deadline: it renews by itself.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assert.ok(first.isLeader && !second.isLeader);
  await first.stop();
  assert.deepEqual((await second.next()).value, { type: "leading", transitions: 1 });
  const { spec } = await admin.get("leases", "lock", { namespace });
  assert.deepEqual([spec.holderIdentity, spec.leaseDurationSeconds, spec.renewTime.length], ["second", 3, 27]);
  await second.stop();
  assert.equal((await admin.get("leases", "lock", { namespace })).spec.holderIdentity ?? "", "");
});

const soak = process.env.KUBEWIRE_SOAK !== undefined;
const size = soak ? { informers: 20, objects: 5_000, restarts: 10 } : { informers: 3, objects: 150, restarts: 2 };

test("churn and restarts lose nothing", { timeout: soak ? 900_000 : 120_000 }, async (t) => {
  const world = await World.new(t, "churn");
  const { admin, namespace } = world;
  const front = await Front.start(t);
  const { client, rotate } = await reader(t, world, front);

  const mirrors = [];
  for (let number = 0; number < size.informers; number += 1) {
    const mirror = { versions: new Map(), errors: 0, missed: 0 };
    const take = (event) => {
      const version = event.object?.metadata.resourceVersion;
      if (event.type === "add") assert.ok(!mirror.versions.has(event.key), `${event.key} is added twice`);
      if (event.type === "update") assert.equal(mirror.versions.get(event.key), event.old.metadata.resourceVersion);
      if (event.type === "add" || event.type === "update") mirror.versions.set(event.key, version);
      if (event.type === "delete") assert.ok(mirror.versions.delete(event.key), `${event.key} was not there`);
      mirror.errors += event.type === "error" ? 1 : 0;
      mirror.missed += event.missed ? 1 : 0;
    };
    mirror.informer = await client.informer("configmaps", { namespace }).start(take);
    t.after(() => mirror.informer.close());
    mirrors.push(mirror);
  }
  for (let round = 0; round < size.restarts; round += 1) {
    await churn(admin, namespace, round, size.objects);
    await front.say("kill");
    // What happens while it is down nobody sees.
    const { items } = await admin.list("configmaps", { namespace, labelSelector: "mine=yes", limit: 5 });
    for (const { metadata } of items) await admin.delete("configmaps", metadata.name, { namespace });
    await front.say("restart");
    await rotate();
  }
  const wanted = await versionsIn(admin, namespace);
  const deadline = Date.now() + 90_000;
  for (const { informer, versions } of mirrors) {
    for (;;) {
      try {
        assert.deepEqual(Object.fromEntries(versions), wanted);
        break;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    const kept = informer.list().map(({ metadata }) => [`${metadata.namespace}/${metadata.name}`, metadata.resourceVersion]);
    assert.deepEqual(Object.fromEntries(kept), wanted);
  }
  const sum = (count) => mirrors.reduce((all, mirror) => all + count(mirror), 0);
  t.diagnostic(`${Object.keys(wanted).length} objects, ${sum(({ errors }) => errors)} errors told, ${sum(({ missed }) => missed)} deletions that nobody saw`);
  assert.ok(sum(({ errors }) => errors) >= size.restarts, "the restarts are noticed");
  assert.ok(sum(({ missed }) => missed) > 0, "what went while nobody looked is told");
});
