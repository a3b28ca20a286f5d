// A token of a service account, and the client that it makes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Client } from "../../dist/index.js";
import { cluster, World } from "./world.mjs";

test("a TokenRequest makes a client of its service account", async (t) => {
  const { admin, namespace } = await World.new(t, "tokens");
  await admin.create("serviceaccounts", { metadata: { name: "robot", namespace } });
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: { name: "robot", namespace }, spec: { expirationSeconds: 600 } };
  const { status } = await admin.create("serviceaccounts", request, { subresource: "token" });
  assert.ok(Date.parse(status.expirationTimestamp) > Date.now());

  // The mount is the admin's: of it only the authority is taken.
  const robot = await Client.inCluster({ server: cluster.server, mount: cluster.adminMount, token: status.token, namespace });
  assert.equal(robot.namespace, namespace);
  assert.ok(!inspect(robot, { depth: 9, showHidden: true }).includes(status.token));
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
  const myself = await robot.create("selfsubjectreviews", review);
  assert.equal(myself.status.userInfo.username, `system:serviceaccount:${namespace}:robot`);

  await assert.rejects(Client.inCluster({ server: cluster.server, token: "a b" }), { code: "Config", message: /given token is refused/ });
});
