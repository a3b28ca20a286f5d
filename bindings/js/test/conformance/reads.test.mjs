// Lists, watches, subresources and paths.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, World } from "./world.mjs";

test("lists come in pages, with their kinds filled in", async (t) => {
  const { admin, namespace } = await World.new(t, "pages");
  for (let index = 0; index < 5; index += 1) {
    await admin.create("configmaps", { metadata: { name: `map-${index}`, namespace, labels: { mine: "yes" } } });
  }
  const names = [];
  const versions = new Set();
  for await (const { order, list } of admin.pages("configmaps", { namespace, labelSelector: "mine=yes", limit: 2 })) {
    assert.equal(order, names.length === 0 ? "First" : "Next");
    versions.add(list.metadata.resourceVersion);
    for (const { apiVersion, kind, metadata } of list.items) {
      assert.deepEqual([apiVersion, kind], ["v1", "ConfigMap"]);
      names.push(metadata.name);
    }
  }
  assert.equal(versions.size, 1);
  assert.deepEqual(names, ["map-0", "map-1", "map-2", "map-3", "map-4"]);
});

test("a watch brings changes, and its request ends when it is left", async (t) => {
  const { admin, namespace } = await World.new(t, "watch");
  const { metadata } = await admin.list("limitranges", { namespace });
  const watch = admin.watch("limitranges", { namespace, resourceVersion: metadata.resourceVersion });
  const first = watch.next();
  await admin.create("limitranges", { metadata: { name: "t", namespace, annotations: { odd: 'é\n"}{' } }, spec: { limits: [] } });
  await admin.patch("limitranges", "t", { metadata: { labels: { a: "b" } } }, { namespace, type: "merge" });
  await admin.delete("limitranges", "t", { namespace });
  const seen = [(await first).value];
  for await (const event of watch) {
    seen.push(event);
    if (seen.length === 2) assert.equal(await open(admin), 1);
    if (seen.length === 3) break;
  }
  assert.deepEqual(seen.map(({ type, object }) => [type, object.metadata.name]), [["ADDED", "t"], ["MODIFIED", "t"], ["DELETED", "t"]]);
  assert.equal(seen[0].object.metadata.annotations.odd, 'é\n"}{');
  await eventually(async () => assert.equal(await open(admin), 0));
});

/** How many watches of one namespace's limit ranges the server has open. */
async function open(admin) {
  const parts = ["apiserver_longrunning_requests{", 'resource="limitranges"', 'scope="namespace"', 'verb="WATCH"'];
  const lines = (await admin.getText("/metrics")).split("\n");
  return Number(lines.find((line) => parts.every((part) => line.includes(part)))?.split(" ").at(-1) ?? 0);
}

test("paths that are no resources", async (t) => {
  const { admin } = await World.new(t, "paths");
  assert.match((await admin.getPath("/version")).gitVersion, /^v1\./);
  assert.match(await admin.getText("/metrics"), /# TYPE apiserver_request_total counter/);
  assert.equal(await admin.getText("/readyz"), "ok");
  assert.match(await admin.getText("/readyz", { query: { verbose: "" } }), /\[\+\]ping ok/);
  await assert.rejects(admin.getPath("/nothing"), (error) => error.code === "Api" && error.status.code === 404);
});
