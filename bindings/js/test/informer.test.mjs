// Informers, waits and elections, with a scripted host. What the machines do, the Rust tests say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../dist/index.js";
import { bytes, FakeHost, waiting } from "./fake.mjs";

const pod = (name, resourceVersion, more = {}) => ({ kind: "Pod", apiVersion: "v1", metadata: { name, namespace: "shop", uid: `u-${name}`, resourceVersion }, ...more });
const event = (type, object) => `${JSON.stringify({ type, object })}\n`;
const end = (resourceVersion) =>
  event("BOOKMARK", { kind: "Pod", metadata: { resourceVersion, annotations: { "k8s.io/initial-events-end": "true" } } });

test("an informer keeps what there is and tells what changes", async () => {
  const first = event("ADDED", pod("a", "1", { size: "é" })) + event("ADDED", pod("b", "2")) + end("5");
  const later = event("MODIFIED", pod("a", "6", { size: "2" })) + event("DELETED", pod("b", "7"));
  const host = new FakeHost((_request, signal) => ({ body: waiting([bytes(first), bytes(later)], signal) }));
  const client = await Client.inCluster({ host });
  const informer = client.informer("pods", { namespace: "shop", labelSelector: "app=web" });
  assert.deepEqual([informer.size, informer.synced, informer.get("shop/a")], [0, false, undefined]);
  const told = [];
  for await (const event of informer) {
    told.push(event);
    if (event.type === "synced") assert.deepEqual([informer.size, informer.synced, informer.keys()], [2, true, ["shop/a", "shop/b"]]);
    if (event.type === "delete") break;
  }
  assert.deepEqual(told.map(({ type, key }) => [type, key]), [
    ["add", "shop/a"], ["add", "shop/b"], ["synced", undefined], ["update", "shop/a"], ["delete", "shop/b"],
  ]);
  assert.deepEqual([told[0].initial, told[3].old.size, told[3].object.size, told[4].missed], [true, "é", "2", false]);
  const query = new URL(host.requests[0].url).searchParams;
  assert.deepEqual([query.get("sendInitialEvents"), query.get("labelSelector")], ["true", "app=web"]);
  assert.equal(informer.size, 0, "closed, it holds nothing");
});

test("an error is an event, and the informer goes on with what it has", async () => {
  const status = { kind: "Status", status: "Failure", reason: "InternalError", code: 500, message: "not now" };
  const answers = [
    (signal) => ({ body: waiting([bytes(event("ADDED", pod("a", "1")) + end("5")), bytes(event("ERROR", status))], signal) }),
    () => ({ status: 422, body: JSON.stringify({ ...status, reason: "Invalid", code: 422 }) }),
    () => ({ body: JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: { resourceVersion: "9" }, items: [{ metadata: pod("b", "8").metadata }] }) }),
    (signal) => ({ body: waiting([], signal) }),
  ];
  const host = new FakeHost((_request, signal, count) => answers[count - 1](signal));
  const client = await Client.inCluster({ host });
  const informer = client.informer("pods");
  const told = [];
  for await (const event of informer) {
    told.push(event);
    if (event.type === "delete") break;
    if (event.type === "error") assert.equal(informer.get("shop/a").metadata.name, "a");
  }
  assert.deepEqual(told.map(({ type }) => type), ["add", "synced", "error", "add", "delete"]);
  assert.equal(told[2].error.code, "Api");
  assert.deepEqual([told[3].object.kind, told[4].key, told[4].missed], ["Pod", "shop/a", true]);
});

test("a started informer keeps its store by itself, and a signal ends it", async () => {
  const stop = new AbortController();
  let more;
  const body = async function* () {
    yield bytes(event("ADDED", pod("a", "1")) + end("5"));
    await new Promise((resolve) => (more = resolve));
    yield bytes(event("ADDED", pod("b", "6")));
    yield* waiting([], stop.signal);
  };
  const host = new FakeHost(() => ({ body: body() }));
  const client = await Client.inCluster({ host });
  const informer = await client.informer("pods", { signal: stop.signal }).start();
  assert.deepEqual(informer.keys(), ["shop/a"]);
  more();
  while (informer.size < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(informer.list().map(({ metadata }) => metadata.name), ["a", "b"]);
  stop.abort();
  await assert.rejects(informer.next(), { name: "AbortError" });
  assert.deepEqual(await informer.next(), { done: true, value: undefined });
});

test("a refused operation and a forbidden wait are errors", async () => {
  const host = new FakeHost(() => ({ status: 403, body: JSON.stringify({ kind: "Status", status: "Failure", reason: "Forbidden", code: 403 }) }));
  const client = await Client.inCluster({ host });
  await assert.rejects(client.informer("pots").next(), (error) => error.code === "Build");
  await assert.rejects(client.waitFor("pods", "web", () => true), (error) => error.status.code === 403);
});

test("a wait ends with the object as it was wanted, or with none", async () => {
  const host = new FakeHost((_request, signal) => ({
    body: waiting([bytes(event("ADDED", pod("a", "1")) + end("5")), bytes(event("MODIFIED", pod("a", "6", { ready: true }))), bytes(event("DELETED", pod("a", "7")))], signal),
  }));
  const client = await Client.inCluster({ host });
  const ready = await client.waitFor("pods", "a", (found) => found?.ready, { namespace: "shop" });
  assert.equal(ready.metadata.resourceVersion, "6");
  assert.match(host.requests[0].url, /fieldSelector=metadata.name%3Da/);
  assert.equal(await client.waitFor("pods", "a", (found) => found === undefined, { namespace: "shop" }), undefined);
  assert.equal((await client.waitFor("pods", "a", (found) => found)).metadata.resourceVersion, "1");
});

/** The lease of one namespace, as a server keeps it. */
function leases() {
  let lease;
  let version = 1;
  return ({ method, body }) => {
    if (method === "GET" && lease === undefined) return { status: 404, body: JSON.stringify({ kind: "Status", status: "Failure", reason: "NotFound", code: 404 }) };
    if (method === "GET") return { body: JSON.stringify(lease) };
    const wanted = JSON.parse(new TextDecoder().decode(body));
    if (lease !== undefined && wanted.metadata.resourceVersion !== lease.metadata.resourceVersion) {
      return { status: 409, body: JSON.stringify({ kind: "Status", status: "Failure", reason: "Conflict", code: 409 }) };
    }
    lease = { ...wanted, metadata: { ...wanted.metadata, resourceVersion: String((version += 1)) } };
    return { body: JSON.stringify(lease) };
  };
}

test("one leads until it stops, and gives the lease back", async () => {
  const server = leases();
  const host = new FakeHost(server);
  const client = await Client.inCluster({ host });
  const first = client.elect({ name: "lock", identity: "first" });
  assert.deepEqual((await first.next()).value, { type: "leading", transitions: 0 });
  assert.ok(first.isLeader && first.left <= 10_000);
  assert.match(host.requests[0].url, /namespaces\/shop\/leases\/lock$/);
  const second = (await Client.inCluster({ host: new FakeHost(server) })).elect({ name: "lock", identity: "second" });
  assert.deepEqual((await second.next()).value, { type: "following", leader: "first" });
  assert.ok(!second.isLeader);
  await first.stop();
  const rest = [];
  for await (const event of first) rest.push(event);
  assert.deepEqual(rest, [{ type: "lost", reason: "stopped" }, { type: "released" }]);
  assert.deepEqual((await second.next()).value, { type: "leading", transitions: 1 });
  second.close();
  assert.ok(!second.isLeader);
});

test("a candidate whose times do not fit is refused", async () => {
  const client = await Client.inCluster({ host: new FakeHost() });
  await assert.rejects(client.elect({ name: "lock", identity: "" }).next(), /identity/);
  await assert.rejects(client.elect({ name: "lock", identity: "a", renewDeadline: 20_000 }).next(), /renewDeadline/);
  // No number of milliseconds, and no reason to take the default.
  for (const retryPeriod of [-1, 0.5, NaN]) await assert.rejects(client.elect({ name: "lock", identity: "a", retryPeriod }).next(), /renewDeadline/);
});
