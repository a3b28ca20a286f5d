// Pages and logs, with a scripted host. What machines do with them, the Rust tests say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../dist/index.js";
import { bytes, chunks, FakeHost } from "./fake.mjs";

const page = (name, token) => {
  const metadata = { resourceVersion: "7", ...(token && { continue: token }) };
  return { body: JSON.stringify({ apiVersion: "v1", kind: "PodList", metadata, items: [{ metadata: { name } }] }) };
};
const gone = {
  status: 410,
  body: JSON.stringify({ kind: "Status", status: "Failure", reason: "Expired", code: 410, metadata: { continue: "rest" } }),
};

/** What a list of these answers gives, and the queries that were sent for it. */
async function pages(answers, options) {
  const host = new FakeHost((_request, _signal, count) => answers[count - 1]);
  const client = await Client.inCluster({ host });
  const found = [];
  let problem;
  try {
    for await (const { order, list } of client.pages("pods", options)) found.push(`${order} ${list.items[0].kind} ${list.items[0].metadata.name}`);
  } catch (error) {
    problem = error;
  }
  return { found, problem, queries: host.requests.map(({ url }) => url.split("?")[1]) };
}

test("a list comes page by page", async () => {
  const { found, queries, problem } = await pages([page("a", "x y"), page("b")], { limit: 1, resourceVersion: "7" });
  assert.equal(problem, undefined);
  assert.deepEqual(found, ["First Pod a", "Next Pod b"]);
  assert.deepEqual(queries, ["limit=1&resourceVersion=7", "continue=x+y&limit=1"]);
});

test("no page is asked for before it is wanted", async () => {
  const host = new FakeHost(() => page("a", "more"));
  const client = await Client.inCluster({ host });
  const list = client.pages("pods");
  assert.equal(host.requests.length, 0);
  await list.next();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(host.requests.length, 1);
  assert.match(host.requests[0].url, /limit=500$/);
  await list.return();
  assert.deepEqual(await list.next(), { done: true, value: undefined });
});

test("an expired list is what its user chose", async () => {
  const failed = await pages([page("a", "x"), gone]);
  assert.deepEqual(failed.found, ["First Pod a"]);
  assert.equal(failed.problem.status.code, 410);
  const rest = await pages([page("a", "x"), gone, page("b")], { onExpired: "TakeRest" });
  assert.deepEqual(rest.found, ["First Pod a", "Later Pod b"]);
  assert.equal(rest.queries[2], "continue=rest&limit=500");
  const anew = await pages([page("a", "x"), gone, page("b")], { onExpired: "StartOver" });
  assert.deepEqual(anew.found, ["First Pod a", "First Pod b"]);
  assert.equal(anew.queries[2], "limit=500");
});

test("a log comes line by line, whatever its chunks", async () => {
  const time = "2026-01-02T03:04:05.678901234Z";
  const log = bytes(`${time} größe\nno time\n${time} last`);
  for (let at = 0; at <= log.length; at += 1) {
    const host = new FakeHost(() => ({ body: chunks([log.slice(0, at), log.slice(at)]) }));
    const client = await Client.inCluster({ host });
    const lines = [];
    for await (const line of client.logs("web", { namespace: "shop", container: "app", tailLines: 3, timestamps: true })) lines.push(line);
    assert.deepEqual(lines, [
      { text: "größe", timestamp: time, cut: false },
      { text: "no time", cut: false },
      { text: "last", timestamp: time, cut: false },
    ]);
    assert.match(host.requests[0].url, /pods\/web\/log\?container=app&tailLines=3&timestamps=true$/);
    assert.equal(host.header(0, "accept-encoding"), "identity");
  }
});

test("a log that is lost says so after its last piece", async () => {
  const host = new FakeHost(() => ({ body: chunks([bytes("one\ntw")], { broken: true }) }));
  const client = await Client.inCluster({ host });
  const log = client.logs("web", { namespace: "shop" });
  assert.deepEqual((await log.next()).value, { text: "one", cut: false });
  assert.deepEqual((await log.next()).value, { text: "tw", cut: true });
  await assert.rejects(log.next(), (error) => error.code === "Transport");
});
