// What the sandbox has around its API server: rights, faults, and what lives.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KubeError } from "kubewire";
import { Sandbox } from "kubewire/sandbox";

const map = (name) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } });
const within = { namespace: "default" };

async function begin(t, options = {}) {
  const sandbox = await Sandbox.create({ seed: 7, clock: "virtual", ...options });
  t.after(() => sandbox.close());
  return { sandbox, client: await sandbox.client() };
}

test("who may is asked, and refused in the server's words", async (t) => {
  const { sandbox, client } = await begin(t);
  const web = await sandbox.client({ serviceAccount: "web" });
  const forbidden = /configmaps is forbidden: User "system:serviceaccount:default:web" cannot list resource "configmaps" in API group "" in the namespace "default"/;
  await assert.rejects(web.list("configmaps", within), { reason: "Forbidden", message: forbidden });
  const subjects = [{ kind: "ServiceAccount", name: "web", namespace: "default" }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
  await client.create("rolebindings", { metadata: { name: "web", namespace: "default" }, roleRef, subjects });
  assert.deepEqual((await web.list("configmaps", within)).items, []);
  const jane = await sandbox.client({ user: "jane", groups: ["system:masters"] });
  assert.deepEqual((await jane.list("configmaps", within)).items, []);
  const john = await sandbox.client({ user: "john", groups: ["devs"] });
  await assert.rejects(john.list("configmaps", within), { reason: "Forbidden", message: /User "john"/ });
  assert.equal((await sandbox.fetch("/api/v1/configmaps")).status, 403);
  const open = await Sandbox.create({ rbac: false });
  assert.equal((await open.fetch("/api/v1/configmaps")).status, 200);
  open.close();
});

test("a deployment rolls out as time goes by, on either clock", async (t) => {
  for (const clock of ["virtual", "real"]) {
    const { sandbox, client } = await begin(t, { clock, life: clock === "virtual" || { workloads: true, pods: true, start: 20 } });
    const labels = { app: "web" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web:1" }] } };
    await client.create("deployments", { metadata: { name: "web", namespace: "default" }, spec: { replicas: 3, selector: { matchLabels: labels }, template } });
    const ready = ({ status }) => status?.readyReplicas === 3;
    const waiting = client.waitFor("deployments", "web", ready, within);
    if (clock === "virtual") {
      await sandbox.advance(999);
      assert.equal(ready(sandbox.get("apps/v1", "Deployment", "web")), false);
      await sandbox.advance(1);
    }
    assert.equal((await waiting).status.availableReplicas, 3);
    assert.equal((await client.list("pods", { ...within, labelSelector: "app=web", fieldSelector: "status.phase=Running" })).items.length, 3);
  }
});

test("what goes wrong on purpose is what a client makes of it", async (t) => {
  const { sandbox, client } = await begin(t);
  sandbox.fail({ fault: "internalError", verbs: ["create"], resource: "configmaps", after: 1, times: 1 });
  await client.create("configmaps", map("one"));
  await assert.rejects(client.create("configmaps", map("two")), { code: "Api", reason: "InternalError" });
  await client.create("configmaps", map("two"));
  // Sent again once its time has come, as the server has said.
  sandbox.fail({ fault: "tooManyRequests", retryAfter: 2, times: 1 });
  const again = client.list("configmaps", within);
  await sandbox.advance(60_000);
  assert.equal((await again).items.length, 2);
  assert.deepEqual(sandbox.log().slice(-2).map(({ status }) => status), [429, 200]);
  sandbox.fail({ fault: "slow", by: 5_000, verbs: ["list"], percent: 100 });
  const slow = client.list("configmaps", within).then(() => sandbox.now.getTime());
  const asked = sandbox.now.getTime();
  await sandbox.advance(10_000);
  assert.equal((await slow) - asked, 5_000);
  sandbox.heal();
  // Done, and nobody hears of it: to be asked, and not to be sent again.
  sandbox.fail({ fault: "answerLost", verbs: ["create"] });
  const lost = assert.rejects(client.create("configmaps", map("three")), { code: "Transport", message: /the sandbox was told to lose the connection/ });
  await sandbox.advance(60_000);
  await lost;
  assert.ok(sandbox.get("v1", "ConfigMap", "three"));
  sandbox.fail({ fault: "lost", resource: "secrets" });
  await assert.rejects(sandbox.fetch("/api/v1/secrets", { headers: { authorization: `Bearer ${sandbox.admin}` } }), TypeError);
  for (const fault of [{ fault: "nothing" }, { fault: "lost", verbs: ["look"] }]) {
    assert.throws(() => sandbox.fail(fault), (error) => error instanceof KubeError && /there is no (fault "nothing"|verb "look")/.test(error.message));
  }
});

test("an informer gets over watches that break, end and are dropped", async (t) => {
  const { sandbox, client } = await begin(t);
  sandbox.fail({ fault: "cutAfter", count: 3, verbs: ["watch"], after: 1, times: 2 });
  const errors = [];
  const informer = await client.informer("configmaps", within).start((event) => event.type === "error" && errors.push(event.error.code));
  for (let index = 0; index < 20; index += 1) {
    await client.create("configmaps", map(`m${index}`));
    await sandbox.advance(10_000);
    if (index === 10) sandbox.dropWatches();
  }
  await sandbox.advance(60_000);
  assert.equal(informer.size, 20);
  assert.ok(errors.length >= 1 && errors.every((code) => code === "Transport"), errors.join());
  informer.close();
});
