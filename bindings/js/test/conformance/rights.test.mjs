// The story: from a pod's files to a typed answer, and what the server allows to whom.
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { test } from "node:test";
import { rootCertificates } from "node:tls";
import { KubeError } from "../../dist/index.js";
import { cluster, eventually, World } from "./world.mjs";

const forbidden = { code: "Api", reason: "Forbidden" };

test("a pod asks for the API's versions", async (t) => {
  const world = await World.new(t, "versions");
  const pod = await world.pod(await world.account("reader"));
  const answer = await pod.getPath("/api");
  assert.deepEqual([answer.kind, answer.versions], ["APIVersions", ["v1"]]);
  assert.equal(pod.namespace, world.namespace);
  assert.equal(pod.server, cluster.server);
});

test("rights grow from none to all namespaces", async (t) => {
  const [world, other] = [await World.new(t, "rights"), await World.new(t, "other")];
  const [reader, stranger] = [await world.account("reader"), await world.account("stranger")];
  const pod = await world.pod(reader);
  const here = () => pod.list("pods", { namespace: pod.namespace });
  const there = () => pod.list("pods", { namespace: other.namespace });

  await assert.rejects(here(), (error) => {
    assert.ok(error instanceof KubeError);
    assert.deepEqual([error.code, error.reason, error.status.code, error.status.details.kind], ["Api", "Forbidden", 403, "pods"]);
    assert.ok(error.message.startsWith(`list pods in namespace ${world.namespace}: pods is forbidden`), error.message);
    return true;
  });

  await world.allow("reader", "Role", ["list"]);
  const list = await eventually(here);
  assert.deepEqual([list.kind, list.items], ["PodList", []]);
  await assert.rejects(there(), forbidden);
  await assert.rejects(pod.list("pods"), forbidden);

  await world.allow("reader", "ClusterRole", ["list"]);
  await eventually(() => pod.list("pods"));
  await there();

  await assert.rejects((await world.pod(stranger)).list("pods", { namespace: world.namespace }), forbidden);
});

test("a pod without a mount is told how to mend it", async (t) => {
  const world = await World.new(t, "unmounted");
  const mount = await world.account("none");
  rmSync(mount.directory, { recursive: true });
  await assert.rejects(world.pod(mount), { code: "Config", message: /automountServiceAccountToken: false/ });
});

const whoAmI = async (client) => {
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
  return (await client.create("selfsubjectreviews", review)).status.userInfo.username;
};

test("the next call has the new token when the old one is refused", async (t) => {
  const world = await World.new(t, "token");
  const mount = await world.account("first");
  await world.account("second");
  const pod = await world.pod(mount);
  const user = (name) => `system:serviceaccount:${world.namespace}:${name}`;
  assert.equal(await whoAmI(pod), user("first"));

  mount.write("token", await world.token("second"));
  await world.admin.delete("serviceaccounts", "first", { namespace: world.namespace });
  // Until the server notices the deletion the old token serves; then it is refused, and read again within the call.
  await eventually(async () => assert.equal(await whoAmI(pod), user("second")));
});

test("a token that stays refused is the server's own error", async (t) => {
  const world = await World.new(t, "refused");
  const pod = await world.pod(await world.account("only"));
  await world.admin.delete("serviceaccounts", "only", { namespace: world.namespace });
  const error = await eventually(() => whoAmI(pod).then(() => assert.fail("still accepted"), (thrown) => thrown));
  assert.deepEqual([error.code, error.reason, error.status.code], ["Api", "Unauthorized", 401]);
  assert.match(error.message, /was its service account deleted\?/);
});

test("no authority is trusted but the mounted one, and a new one within the call", async (t) => {
  const world = await World.new(t, "authority");
  const mount = await world.account("pod");
  mount.write("ca.crt", rootCertificates[0]);
  const pod = await world.pod(mount);
  const said = { code: "Transport", message: /^get \/version: the API server's certificate is not trusted: / };
  await assert.rejects(pod.getPath("/version"), said);

  const late = await world.pod(mount);
  mount.write("ca.crt", readFileSync(cluster.ca));
  // Both have the wrong one in memory, as after a rotation; the first has been told so already.
  await late.getPath("/version");
  await pod.getPath("/version");
});
