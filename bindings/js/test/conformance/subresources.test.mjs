// Subresources that people write to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, World } from "./world.mjs";

/** A pod that seems to run, though no kubelet is here: its status says so. */
async function runningPod(admin, namespace) {
  const metadata = { name: "web", namespace, labels: { app: "web" } };
  const containers = [{ name: "c", image: "i", resources: { requests: { cpu: "10m" } } }];
  await eventually(() => admin.create("pods", { metadata, spec: { containers } }));
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  const patched = await admin.patch("pods", "web", { status }, { namespace, subresource: "status", type: "merge" });
  assert.equal(patched.status.phase, "Running");
}

test("a disruption budget refuses an eviction and says so", async (t) => {
  const { admin, namespace } = await World.new(t, "evict");
  await runningPod(admin, namespace);
  const selector = { matchLabels: { app: "web" } };
  await admin.create("poddisruptionbudgets", { metadata: { name: "spare", namespace }, spec: { minAvailable: 1, selector } });
  await eventually(async () => {
    assert.equal((await admin.get("poddisruptionbudgets", "spare", { namespace })).status?.currentHealthy, 1);
  });
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "web", namespace } };
  const evict = (options) => admin.create("pods", eviction, { subresource: "eviction", ...options });
  await assert.rejects(evict(), (error) => {
    assert.deepEqual([error.reason, error.status.code], ["TooManyRequests", 429]);
    assert.equal(error.status.details.causes[0].reason, "DisruptionBudget");
    assert.match(error.message, /disruption budget/);
    return true;
  });
  await admin.delete("poddisruptionbudgets", "spare", { namespace });
  await eventually(() => evict({ dryRun: true }));
  await admin.get("pods", "web", { namespace });
  assert.equal((await evict()).status, "Success");
});

test("pods are resized, debugged and bound", async (t) => {
  const { admin, namespace } = await World.new(t, "pods");
  await runningPod(admin, namespace);
  const patch = (subresource, spec) => admin.patch("pods", "web", { spec }, { namespace, subresource, type: "strategic" });
  const resized = await patch("resize", { containers: [{ name: "c", resources: { requests: { cpu: "20m" } } }] });
  assert.equal(resized.spec.containers[0].resources.requests.cpu, "20m");
  const debugged = await patch("ephemeralcontainers", { ephemeralContainers: [{ name: "debug", image: "i" }] });
  assert.equal(debugged.spec.ephemeralContainers[0].name, "debug");
  const binding = { apiVersion: "v1", kind: "Binding", metadata: { name: "web", namespace }, target: { kind: "Node", name: "n1" } };
  assert.equal((await admin.create("pods", binding, { subresource: "binding" })).status, "Success");
  assert.equal((await admin.get("pods", "web", { namespace })).spec.nodeName, "n1");
});

test("a deployment is scaled, and a stale scale refused", async (t) => {
  const { admin, namespace } = await World.new(t, "scale");
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "c", image: "i" }] } };
  await admin.create("deployments", { metadata: { name: "web", namespace }, spec: { replicas: 0, selector: { matchLabels: labels }, template } });
  const of = { namespace, subresource: "scale" };
  const scale = await admin.get("deployments", "web", of);
  assert.deepEqual([scale.kind, scale.spec.replicas ?? 0, scale.status.selector], ["Scale", 0, "app=web"]);
  const more = await admin.patch("deployments", "web", { spec: { replicas: 1 } }, { ...of, type: "merge" });
  assert.equal(more.spec.replicas, 1);
  await assert.rejects(admin.replace("deployments", { ...scale, spec: { replicas: 3 } }, of), { code: "Api", reason: "Conflict" });
});

test("a namespace is finalized", async (t) => {
  const { admin, namespace } = await World.new(t, "finalize");
  const name = `${namespace}-held`;
  await admin.create("namespaces", { metadata: { name }, spec: { finalizers: ["example.com/hold"] } });
  await admin.delete("namespaces", name);
  const seen = await eventually(async () => {
    const found = await admin.get("namespaces", name);
    assert.deepEqual(found.spec.finalizers, ["example.com/hold"]);
    return found;
  });
  await admin.replace("namespaces", { ...seen, spec: { finalizers: [] } }, { subresource: "finalize" });
  await eventually(() => assert.rejects(admin.get("namespaces", name), { code: "Api", reason: "NotFound" }));
});

test("rights can be asked about", async (t) => {
  const { admin, namespace } = await World.new(t, "ask");
  const authorization = "authorization.k8s.io/v1";
  const resourceAttributes = { verb: "list", resource: "pods", namespace };
  const access = await admin.create("selfsubjectaccessreviews", { apiVersion: authorization, kind: "SelfSubjectAccessReview", spec: { resourceAttributes } });
  assert.equal(access.status.allowed, true);
  const rules = await admin.create("selfsubjectrulesreviews", { apiVersion: authorization, kind: "SelfSubjectRulesReview", spec: { namespace } });
  assert.ok(rules.status.resourceRules.length > 0);
});

// A request for a certificate of `CN=robot`, as openssl makes it.
const REQUEST =
  "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIS01ISUNBUUF3RURFT01Bd0dBMVVFQXd3RmNtOWliM1F3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQgpCd05DQUFSWHpoM3lWRWlUcmk5RWFpY3J5QkN3YWdHVzQ3dFRvZStXRENMYXg2SHNuZUx0a0dVdWIyTEp3dUhzCmNLNDY0YTAxczZrd2NLN0VTL3JmVVYwWW1qb0lvQUF3Q2dZSUtvWkl6ajBFQXdJRFNBQXdSUUlnU21jQWk5VzAKZndFMG1HWTU0WGRhL3BXd3d4b0hzK0pIRE1BNzFDaU5PWUFDSVFDYUU1WXpUNmtOSTZlUGVJeERyZEg2eGNBNgovTmc5S2RmUUczOGhNb1VGY3c9PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K";

test("a request for a certificate is approved", async (t) => {
  const { admin, namespace: name } = await World.new(t, "csr");
  const spec = { request: REQUEST, signerName: "example.com/robots", usages: ["client auth"] };
  const request = await admin.create("csr", { metadata: { name }, spec });
  const conditions = [{ type: "Approved", status: "True", reason: "Test", message: "by the test" }];
  const approved = await admin.replace("csr", { ...request, status: { conditions } }, { subresource: "approval" });
  assert.deepEqual(approved.status.conditions.map(({ type, reason }) => [type, reason]), [["Approved", "Test"]]);
  await admin.delete("csr", name);
});
