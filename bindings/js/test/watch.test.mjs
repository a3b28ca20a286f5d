// Watches, with a scripted host. How a stream is cut into events, the golden cases say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../dist/index.js";
import { bytes, chunks, FakeHost, waiting } from "./fake.mjs";

const event = (name) => bytes(`{"type":"ADDED","object":{"metadata":{"name":"${name}"}}}\n`);

/** A watch, its host, and the signals that its requests were given. */
async function watch(body, options = {}) {
  const signals = [];
  const host = new FakeHost((_request, signal) => {
    signals.push(signal);
    return { body: body(signal) };
  });
  const client = await Client.inCluster({ host });
  return { host, signals, watch: client.watch("pods", { namespace: "shop", ...options }) };
}

test("an event that is cut within a character comes whole", async () => {
  const whole = event("größe");
  const at = whole.indexOf(0xc3) + 1;
  const { watch: pods } = await watch(() => chunks([whole.slice(0, at), whole.slice(at)]));
  const names = [];
  for await (const { object } of pods) names.push(object.metadata.name);
  assert.deepEqual(names, ["größe"]);
});

test("a watch ends by itself before runtimes cut it, and asks for no compression", async () => {
  const { host, watch: pods } = await watch(() => chunks([]));
  await pods.next();
  assert.match(host.requests[0].url, /\?timeoutSeconds=2[4-9]\d&watch=true$|\?watch=true&timeoutSeconds=2[4-9]\d$/);
  assert.equal(host.header(0, "accept-encoding"), "identity");
  assert.equal(host.requests[0].stream, true);
});

test("leaving the loop ends the request at once", async () => {
  const { host, signals, watch: pods } = await watch((signal) => waiting([event("a"), event("b")], signal));
  for await (const { object } of pods) {
    assert.equal(object.metadata.name, "a");
    assert.equal(signals[0].aborted, false);
    break;
  }
  assert.equal(signals[0].aborted, true);
  assert.equal(host.timers.size, 0);
  assert.deepEqual(await pods.next(), { done: true, value: undefined });
});

test("it can be closed while somebody waits for an event", async () => {
  const { signals, watch: pods } = await watch((signal) => waiting([], signal));
  const next = pods.next();
  setTimeout(() => pods.close(), 2);
  assert.deepEqual(await next, { done: true, value: undefined });
  assert.equal(signals[0].aborted, true);
});

test("a watch that is never asked sends nothing, and can be closed", async () => {
  const { host, watch: pods } = await watch(() => chunks([]));
  await pods[Symbol.asyncDispose]();
  assert.deepEqual(await pods.next(), { done: true, value: undefined });
  assert.equal(host.requests.length, 0);
});

test("a signal ends it with its own reason, though nobody waits", async () => {
  const abort = new AbortController();
  const { signals, watch: pods } = await watch((signal) => waiting([event("a")], signal), { signal: abort.signal });
  await pods.next();
  abort.abort("enough");
  assert.equal(signals[0].aborted, true);
  await assert.rejects(pods.next(), (thrown) => thrown === "enough");
});

test("an error ends it and its request, since a loop does not tell that it is left so", async () => {
  const { signals, watch: pods } = await watch((signal) => waiting([bytes("no event")], signal));
  await assert.rejects(async () => {
    for await (const _ of pods);
  }, { code: "Protocol" });
  assert.equal(signals[0].aborted, true);
  assert.deepEqual(await pods.next(), { done: true, value: undefined });
});

test("a refusal of the server is its Status", async () => {
  const host = new FakeHost(() => ({ status: 403, body: '{"kind":"Status","code":403,"reason":"Forbidden"}' }));
  const client = await Client.inCluster({ host });
  await assert.rejects(client.watch("pods").next(), { code: "Api", reason: "Forbidden" });
});

test("nothing is read ahead of the reader", async () => {
  let pulled = 0;
  async function* body() {
    for (;;) {
      pulled += 1;
      yield event(String(pulled));
    }
  }
  const { watch: pods } = await watch(() => body());
  await pods.next();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(pulled, 1);
  pods.close();
});

test("a slow reader does not look like a silent server", async () => {
  const { host, watch: pods } = await watch((signal) => waiting([event("a"), event("b")], signal));
  await pods.next();
  host.clock += 400_000;
  assert.equal((await pods.next()).value.object.metadata.name, "b");
  // But a silent server does.
  await assert.rejects(pods.next(), { code: "Timeout" });
});
