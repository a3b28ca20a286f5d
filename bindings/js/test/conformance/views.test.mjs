// Other views of objects, and what becomes of an object's dependents.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, World } from "./world.mjs";

test("a list comes as a table, and as metadata alone", async (t) => {
  const { admin, namespace } = await World.new(t, "views");
  await admin.create("configmaps", { metadata: { name: "a", namespace, labels: { mine: "yes" } }, data: { k: "v", l: "w" } });
  const list = { verb: "list", resource: "cm", namespace, labelSelector: "mine=yes" };
  const table = await admin.answer({ ...list, as: "Table" });
  const { kind, columnDefinitions, rows } = table.object();
  assert.equal(kind, "Table");
  assert.deepEqual(columnDefinitions.slice(0, 2).map(({ name }) => name), ["Name", "Data"]);
  assert.deepEqual(rows.map(({ cells }) => cells.slice(0, 2)), [["a", 2]]);

  const light = await admin.run({ ...list, as: "PartialObjectMetadata" });
  assert.deepEqual([light.kind, light.items.length], ["PartialObjectMetadataList", 1]);
  assert.deepEqual([light.items[0].metadata.labels, light.items[0].data], [{ mine: "yes" }, undefined]);
  const one = await admin.run({ verb: "get", resource: "cm", namespace, name: "a", as: "PartialObjectMetadata" });
  assert.deepEqual([one.kind, one.metadata.name, one.data], ["PartialObjectMetadata", "a", undefined]);
});

test("dependents stay where that was said, and go where it was not", async (t) => {
  const { admin, namespace } = await World.new(t, "owners");
  const owner = async (name) => {
    const { metadata } = await admin.create("configmaps", { metadata: { name, namespace } });
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name, uid: metadata.uid }];
    await admin.create("secrets", { metadata: { name: `of-${name}`, namespace, ownerReferences } });
  };
  await owner("orphaning");
  await owner("cascading");
  await admin.delete("configmaps", "orphaning", { namespace, propagationPolicy: "Orphan" });
  await admin.delete("configmaps", "cascading", { namespace, propagationPolicy: "Background" });
  await eventually(async () => {
    const left = await admin.list("secrets", { namespace, fieldSelector: "type=Opaque" });
    assert.deepEqual(left.items.map(({ metadata }) => [metadata.name, metadata.ownerReferences]), [["of-orphaning", undefined]]);
  });
});

test("a proxy's answer is the program's own, and so is the server's refusal", async (t) => {
  const { admin, namespace } = await World.new(t, "proxy");
  const ports = [{ name: "http", port: 80 }];
  await admin.create("services", { metadata: { name: "web", namespace }, spec: { ports } });
  const asked = admin.answer({ verb: "get", resource: "svc", namespace, name: "http:web:http", subresource: "proxy", path: "/healthz" });
  await assert.rejects(asked, (error) => error.code === "Api" && error.status.code === 503 && /no endpoints available/.test(error.message));
  const forged = { verb: "get", resource: "svc", namespace, name: "web", subresource: "proxy", path: "/../../../secrets" };
  await assert.rejects(admin.answer(forged), (error) => error.code === "Build");
});
