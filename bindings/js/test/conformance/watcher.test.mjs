// A watcher on the real server, through its deaths and through a history that it forgets.
import assert from "node:assert/strict";
import { test } from "node:test";
import { churn, map, reader, versionsIn } from "./churn.mjs";
import { Front } from "./front.mjs";
import { cluster, World } from "./world.mjs";

/** Makes etcd forget every version until now. */
async function compact() {
  const post = async (path, body) => {
    const answer = await fetch(cluster.etcd + path, { method: "POST", body: JSON.stringify(body) });
    assert.equal(answer.status, 200);
    return answer.json();
  };
  const { header } = await post("/v3/kv/range", { key: "AA==", limit: 1 });
  await post("/v3/kv/compaction", { revision: header.revision, physical: true });
}

/** The set of a watcher's events: what there is, as whoever holds no more than its versions knows it. */
class Mirror {
  versions = new Map();
  counts = {};
  #listed;

  take(namespace, { type, object, resourceVersion, error }) {
    this.counts[type] = (this.counts[type] ?? 0) + 1;
    const { name, resourceVersion: version, namespace: of } = object?.metadata ?? {};
    if (object !== undefined) assert.deepEqual([object.kind, of], ["ConfigMap", namespace]);
    const known = this.#listed ?? this.versions;
    if (type === "init") this.#listed = new Map();
    if (type === "initApply" || type === "apply") known.set(`${of}/${name}`, version);
    if (type === "delete") known.delete(`${of}/${name}`);
    if (type === "initDone") {
      assert.match(resourceVersion, /^[1-9]/);
      this.versions = this.#listed;
      this.#listed = undefined;
    }
    if (type === "error") assert.ok(error.message.length > 0);
  }
}

test("a watcher tells what there is and what changes", async (t) => {
  const { admin, namespace } = await World.new(t, "watcher");
  await admin.create("configmaps", map("a", { data: { text: "é}" } }), { namespace });
  const told = [];
  for await (const event of admin.watcher("configmaps", { namespace, labelSelector: "mine=yes" })) {
    told.push(event);
    if (event.type === "initDone") {
      await admin.create("configmaps", { metadata: { name: "other" } }, { namespace });
      await admin.patch("configmaps", "a", { data: { text: "2" } }, { namespace, type: "merge" });
      await admin.delete("configmaps", "a", { namespace });
    }
    if (event.type === "delete") break;
  }
  assert.deepEqual(told.map(({ type, object }) => [type, object?.data?.text]), [
    ["init", undefined], ["initApply", "é}"], ["initDone", undefined], ["apply", "2"], ["delete", "2"],
  ]);
});

test("a watcher survives the server's deaths, and a compaction", { timeout: 120_000 }, async (t) => {
  const world = await World.new(t, "watched");
  const { admin, namespace } = world;
  const front = await Front.start(t);
  const { client, rotate } = await reader(t, world, front);
  const mirror = new Mirror();
  const abort = new AbortController();
  const watched = (async () => {
    for await (const event of client.watcher("configmaps", { namespace, signal: abort.signal })) mirror.take(namespace, event);
  })();
  // Else a failure of its own would look as if nothing came.
  let problem;
  watched.catch((error) => (problem = error));
  t.after(() => abort.abort());
  for (let round = 0; round < 3; round += 1) {
    await churn(admin, namespace, round, 60);
    await front.say("kill");
    // What happens while it is down nobody sees.
    const { items } = await admin.list("configmaps", { namespace, labelSelector: "mine=yes", limit: 5 });
    for (const { metadata } of items) await admin.delete("configmaps", metadata.name, { namespace });
    if (round === 1) await compact();
    await front.say("restart");
    await rotate();
  }
  const wanted = await versionsIn(admin, namespace);
  for (const deadline = Date.now() + 90_000; ; ) {
    assert.equal(problem, undefined);
    try {
      assert.deepEqual(Object.fromEntries(mirror.versions), wanted);
      break;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  abort.abort();
  await assert.rejects(watched, { name: "AbortError" });
  t.diagnostic(`${Object.keys(wanted).length} objects; ${JSON.stringify(mirror.counts)}`);
  assert.ok(mirror.counts.error >= 1, "the deaths are told");
  assert.ok(mirror.counts.init >= 2, "a history that is forgotten makes it begin anew");
});
