// Watchers and followed logs, with a scripted host. What the machines do, the Rust tests say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, KubeError } from "../dist/index.js";
import { bytes, chunks, FakeHost, waiting } from "./fake.mjs";

const pod = (name, resourceVersion) => ({ kind: "Pod", apiVersion: "v1", metadata: { name, namespace: "shop", uid: `u-${name}`, resourceVersion } });
const event = (type, object) => `${JSON.stringify({ type, object })}\n`;
const end = (resourceVersion) =>
  event("BOOKMARK", { kind: "Pod", metadata: { resourceVersion, annotations: { "k8s.io/initial-events-end": "true" } } });
const status = (code, reason) => ({ kind: "Status", apiVersion: "v1", status: "Failure", reason, code });

/** A client whose requests are answered so, one after the other; after the last answer the server is silent. */
async function scripted(answers) {
  const host = new FakeHost((_request, signal, count) => answers[count - 1]?.(signal) ?? { body: waiting([], signal) });
  return { host, client: await Client.inCluster({ host }) };
}

/** What it tells until `enough`. */
async function until(events, enough) {
  const told = [];
  for await (const event of events) {
    told.push(event);
    if (enough(event)) break;
  }
  return told;
}

const short = ({ type, object, resourceVersion, error }) =>
  [type, object?.metadata.name ?? resourceVersion ?? error?.code].filter((word) => word !== undefined).join(" ");
const query = ({ url }) => new URL(url).searchParams;

test("a watcher tells what there is and what changes, and resumes where it was after a loss", async () => {
  const first = event("ADDED", pod("a", "1")) + event("ADDED", pod("b", "2")) + end("5");
  const { host, client } = await scripted([
    () => ({ body: chunks([bytes(first), bytes(event("MODIFIED", pod("a", "6")))], { broken: true }) }),
    (signal) => ({ body: waiting([bytes(event("DELETED", pod("b", "7")))], signal) }),
  ]);
  const told = await until(client.watcher("pods", { namespace: "shop", labelSelector: "app=web" }), ({ type }) => type === "delete");
  assert.deepEqual(told.map(short), ["init", "initApply a", "initApply b", "initDone 5", "apply a", "error Transport", "delete b"]);
  assert.ok(told[5].error instanceof KubeError);
  assert.deepEqual(told[4].object, pod("a", "6"));
  const [listed, resumed] = host.requests.map(query);
  assert.deepEqual([listed.get("sendInitialEvents"), listed.get("labelSelector")], ["true", "app=web"]);
  assert.deepEqual([resumed.get("resourceVersion"), resumed.get("sendInitialEvents"), resumed.get("labelSelector")], ["6", null, "app=web"]);
});

test("a version that the server has forgotten is a new beginning", async () => {
  const { host, client } = await scripted([
    (signal) => ({ body: waiting([bytes(event("ADDED", pod("a", "1")) + end("5") + event("ERROR", status(410, "Expired")))], signal) }),
    (signal) => ({ body: waiting([bytes(event("ADDED", pod("b", "8")) + end("9"))], signal) }),
  ]);
  const told = await until(client.watcher("pods"), ({ resourceVersion }) => resourceVersion === "9");
  assert.deepEqual(told.map(short), ["init", "initApply a", "initDone 5", "init", "initApply b", "initDone 9"]);
  assert.equal(query(host.requests[1]).get("sendInitialEvents"), "true");
});

test("a server without streaming lists is asked for pages, whose items say their kind", async () => {
  const page = (name, token) => ({
    body: JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: { resourceVersion: "5", continue: token }, items: [{ metadata: pod(name, "1").metadata }] }),
  });
  const { client, host } = await scripted([() => ({ status: 422, body: JSON.stringify(status(422, "Invalid")) }), () => page("a", "more"), () => page("b")]);
  const told = await until(client.watcher("pods"), ({ type }) => type === "initDone");
  assert.deepEqual(told.map(short).slice(-3), ["initApply a", "initApply b", "initDone 5"]);
  assert.equal(told.find(({ type }) => type === "initApply").object.kind, "Pod");
  assert.equal(query(host.requests[2]).get("continue"), "more");
});

test("what a watcher cannot get over it throws, and a 403 it tells", async () => {
  const { client } = await scripted([() => ({ status: 403, body: JSON.stringify(status(403, "Forbidden")) })]);
  await assert.rejects(client.watcher("pots").next(), { code: "Build" });
  const told = await until(client.watcher("pods"), ({ type }) => type === "error");
  assert.equal(told[1].error.reason, "Forbidden");
});

test("what does not decode says where", async () => {
  const { client } = await scripted([(signal) => ({ body: waiting([bytes(event("ERROR", {}))], signal) })]);
  const told = await until(client.watcher("pods"), ({ type }) => type === "error");
  assert.deepEqual([told[1].error.code, told[1].error.path], ["Decode", "object"]);
});

test("leaving a watcher's loop ends its request; so does a signal, with its reason", async () => {
  const signals = [];
  const first = (signal) => {
    signals.push(signal);
    return { body: waiting([bytes(end("5"))], signal) };
  };
  const { client, host } = await scripted([first, first]);
  const left = client.watcher("pods");
  await until(left, ({ type }) => type === "initDone");
  assert.equal(signals[0].aborted, true);
  assert.deepEqual(await left.next(), { done: true, value: undefined });
  const abort = new AbortController();
  const watcher = client.watcher("pods", { signal: abort.signal });
  assert.deepEqual([(await watcher.next()).value, (await watcher.next()).value], [{ type: "init" }, { type: "initDone", resourceVersion: "5" }]);
  const next = watcher.next();
  abort.abort("enough");
  await assert.rejects(next, (thrown) => thrown === "enough");
  assert.equal(signals[1].aborted, true);
  assert.equal(host.timers.size, 0);
});

const LOG = ["04.1Z one", "04.2Z two", "04.2Z two", "04.3Z größe", "05.0Z last"].map((line) => `2026-01-02T03:04:${line}\n`);

test("a followed log goes on after a loss at any byte, without losing or doubling a line", async () => {
  const whole = bytes(LOG.join(""));
  for (let at = 0; at < whole.length; at += 1) {
    // A second is as fine as the server looks: what was written in the last one comes again.
    const again = ({ url }) => bytes(LOG.filter((line) => line.slice(0, 19) >= (query({ url }).get("sinceTime") ?? "").slice(0, 19)).join(""));
    const host = new FakeHost((request, _signal, count) => ({
      body: count === 1 ? chunks([whole.slice(0, at)], { broken: true }) : chunks([again(request)]),
    }));
    const client = await Client.inCluster({ host });
    const lines = [];
    let errors = 0;
    for await (const event of client.followLogs("web", { namespace: "shop", container: "app", tailLines: 9 })) {
      if (event.type === "line") lines.push(`${event.timestamp} ${event.text}\n`);
      else errors += 1;
    }
    assert.deepEqual([lines, errors], [LOG, 1], `cut at ${at}`);
    const [first, second] = host.requests.map(query);
    assert.deepEqual(["container", "follow", "timestamps", "tailLines", "sinceTime"].map((field) => first.get(field)), ["app", "true", "true", "9", null]);
    assert.equal(second.get("tailLines"), second.get("sinceTime") === null ? "9" : null);
  }
});

test("a followed log ends after what it cannot get over", async () => {
  const { client, host } = await scripted([() => ({ status: 404, body: JSON.stringify(status(404, "NotFound")) })]);
  const told = await until(client.followLogs("nobody", { namespace: "shop" }), () => false);
  assert.deepEqual(told.map(({ type, error }) => [type, error.reason]), [["error", "NotFound"]]);
  assert.equal(host.requests.length, 1);
  await assert.rejects(client.followLogs("../x", { namespace: "shop" }).next(), { code: "Build" });
});
