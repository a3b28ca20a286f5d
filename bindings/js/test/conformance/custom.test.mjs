// Custom resources: said in full, since no table knows them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, World } from "./world.mjs";

test("a custom resource is written, read, watched and scaled", async (t) => {
  const { admin, namespace } = await World.new(t, "custom");
  const group = `${namespace}.example`;
  const apiVersion = `${group}/v1`;
  const properties = { spec: { type: "object", properties: { replicas: { type: "integer" } } }, status: { type: "object", properties: { replicas: { type: "integer" } } } };
  await admin.create("crd", {
    metadata: { name: `gears.${group}` },
    spec: {
      group, scope: "Namespaced", names: { kind: "Gear", plural: "gears" },
      versions: [{
        name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", properties } },
        subresources: { status: {}, scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" } },
      }],
    },
  });
  t.after(() => admin.delete("crd", `gears.${group}`));
  const gear = { apiVersion, kind: "Gear", metadata: { name: "one" }, spec: { replicas: 1 } };
  await eventually(() => admin.create("gears", gear, { namespace }));
  const informer = await admin.informer("gears", { apiVersion, namespace }).start();
  t.after(() => informer.close());
  assert.deepEqual(informer.list().map(({ kind, spec }) => [kind, spec.replicas]), [["Gear", 1]]);
  await admin.patch("gears", "one", { spec: { replicas: 3 } }, { apiVersion, namespace, subresource: "scale", type: "merge" });
  await admin.patch("gears", "one", { status: { replicas: 3 } }, { apiVersion, namespace, subresource: "status", type: "merge" });
  const scale = await admin.get("gears", "one", { apiVersion, namespace, subresource: "scale" });
  assert.deepEqual([scale.kind, scale.spec.replicas, scale.status.replicas], ["Scale", 3, 3]);
  await eventually(() => assert.equal(informer.get(`${namespace}/one`).status?.replicas, 3));
  const { items } = await admin.list("gears", { apiVersion, namespace });
  assert.deepEqual(items.map(({ kind }) => kind), ["Gear"]);
  await admin.delete("gears", "one", { apiVersion, namespace });
  await eventually(() => assert.equal(informer.size, 0));
  await assert.rejects(admin.list("gears", { namespace }), { code: "Build", message: /give its apiVersion too/ });
});
