// The golden cases that every language's tests read: see tests/cases/README.md.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import { test } from "node:test";
import { Client, KubeError, readAnswer } from "../dist/index.js";
import { chunks, FakeHost, MOUNT, PEM, POD } from "./fake.mjs";

const CASES = new URL("../../../tests/cases/", import.meta.url);
const VERSION = JSON.parse(readFileSync(new URL("../package.json", import.meta.url))).version;

const MEMBERS = {
  sessions: ["name", "only", "session", "want", "error"],
  requests: ["name", "only", "session", "operation", "want", "error"],
  answers: ["name", "only", "operation", "status", "headers", "body", "as", "want", "warnings", "error"],
  streams: ["name", "only", "operation", "status", "headers", "chunks", "broken", "want"],
};

/** What JavaScript cannot read: `JSON.parse` rounds whole numbers above 2⁵³. */
const NOT_HERE = ["requests/writes.json: numbers in a body"];

const CHECKS = { sessions: session, requests: request, answers: answer, streams: stream };

for (const [folder, members] of Object.entries(MEMBERS)) {
  for (const file of readdirSync(new URL(folder, CASES)).sort()) {
    const cases = JSON.parse(readFileSync(new URL(`${folder}/${file}`, CASES)));
    test(`${folder}/${file}`, async (t) => {
      assert.ok(cases.length > 0, "a file without cases proves nothing");
      for (const one of cases) {
        const unknown = Object.keys(one).filter((member) => !members.includes(member));
        assert.deepEqual(unknown, [], `${one.name}: members that no reader knows`);
        if (one.only !== undefined && one.only !== "javascript") continue;
        if (NOT_HERE.includes(`${folder}/${file}: ${one.name}`)) continue;
        await t.test(one.name, () => CHECKS[folder](one));
      }
    });
  }
}

async function session({ session, want, error }) {
  await outcome(error, async () => {
    const client = await open(session);
    const { headers, trust } = await client.prepare({ verb: "get", path: "/version" });
    const all = {
      server: client.server,
      namespace: client.namespace,
      trust: trust.kind,
      authorization: new Map(headers).get("authorization") ?? null,
    };
    for (const [member, value] of Object.entries(want)) assert.deepEqual(all[member], value, member);
  });
}

async function request({ session, operation, want, error }) {
  await outcome(error, async () => {
    const formed = await (await open(session)).prepare(operation);
    assert.equal(formed.method, want.method);
    assert.equal(formed.url, want.url);
    const usual = { accept: "application/json", authorization: "Bearer TOKEN", "user-agent": "kubewire/VERSION" };
    const headers = Object.entries({ ...usual, ...want.headers }).filter(([, value]) => value !== null);
    const expected = headers.map(([name, value]) => [name, value.replace("VERSION", VERSION)]);
    assert.deepEqual(sorted(formed.headers), sorted(expected));
    assert.deepEqual(Buffer.from(formed.body).toString(), bytesOf(want.body ?? "").toString());
  });
}

async function answer({ operation, status = 200, headers = [], body = "", as = "object", want, warnings, error }) {
  await outcome(error, async () => {
    const answer = await readAnswer(operation, { status, headers, body: bytesOf(body) });
    const read = {
      object: () => answer.object(),
      list: () => {
        const { items, metadata } = answer.list();
        const { resourceVersion = "", remainingItemCount = null } = metadata;
        return { items, resourceVersion, continue: metadata.continue || null, remaining: remainingItemCount };
      },
      deleted: () => {
        const going = answer.deleted();
        return going === undefined ? { gone: true } : { going };
      },
      body: () => Buffer.from(answer.bytes).toString("hex"),
    };
    assert.deepEqual(read[as](), as === "body" ? bytesOf(want).toString("hex") : want);
    if (warnings !== undefined) assert.deepEqual(answer.warnings, warnings);
  });
}

async function stream({ operation, status = 200, headers = [], chunks: pieces, broken, want }) {
  const given = pieces.map(bytesOf);
  const whole = Buffer.concat(given);
  for (const cut of [given, [whole], [...whole].map((byte) => Buffer.of(byte))]) {
    const host = new FakeHost(() => ({ status, headers, body: chunks(cut, { broken }) }));
    const client = await Client.inCluster({ host });
    const { verb, resource, ...options } = operation ?? { verb: "watch", resource: "pods" };
    const watch = client.watch(resource, options);
    for (const expected of want) {
      if (expected.error === undefined) {
        assert.deepEqual(await watch.next(), { done: false, value: expected });
        continue;
      }
      await outcome(expected.error, () => watch.next());
      // In JavaScript a loop cannot go on behind an error, so that the first one ends the watch.
      break;
    }
    assert.deepEqual(await watch.next(), { done: true, value: undefined });
    assert.equal(host.timers.size, 0);
  }
}

/** Runs `attempt`, which must give the error, where there is one. */
async function outcome(error, attempt) {
  if (error === undefined) return attempt();
  await assert.rejects(attempt(), (thrown) => {
    assert.ok(thrown instanceof KubeError, inspect(thrown));
    const { stage, message, status, warnings, path, never, ...rest } = error;
    assert.deepEqual(rest, {}, "members that no reader knows");
    assert.equal(thrown.code, stage, thrown.message);
    if (message !== undefined) assert.equal(thrown.message, message);
    if (status !== undefined) assert.deepEqual(within(thrown.status, status), status);
    if (warnings !== undefined) assert.deepEqual(thrown.warnings, warnings);
    if (path !== undefined) assert.ok(thrown.message.includes(`at \`${path}\`: `), thrown.message);
    if (never !== undefined) {
      for (const shown of [String(thrown), inspect(thrown), JSON.stringify(thrown)]) assert.ok(!shown.includes(never), shown);
    }
    return true;
  });
}

/** The members of `value` that `pattern` has. */
function within(value, pattern) {
  if (typeof pattern !== "object" || pattern === null || Array.isArray(pattern)) return value;
  return Object.fromEntries(Object.entries(pattern).map(([key, inner]) => [key, within(value?.[key], inner)]));
}

function open(session = { env: POD, files: { token: "TOKEN", "ca.crt": PEM, namespace: "shop" } }) {
  const { env = {}, files = {}, mount, server, ...options } = session;
  const host = new FakeHost();
  host.env = env;
  host.files = {};
  for (const [name, content] of Object.entries(files)) {
    const failed = typeof content === "object" && content !== null && "error" in content;
    host.files[`${mount ?? MOUNT}/${name}`.replace("//", "/")] = failed ? new Error(content.error) : content === null ? null : bytesOf(content);
  }
  return Client.inCluster({ host, mount, server, ...options });
}

function bytesOf(given) {
  if (typeof given === "string") return Buffer.from(given);
  if (Array.isArray(given)) return Buffer.concat(given.map(bytesOf));
  if ("hex" in given) return Buffer.from(given.hex, "hex");
  return Buffer.concat(Array(given.times).fill(bytesOf(given.repeat)));
}

function sorted(pairs) {
  return pairs.map((pair) => [...pair]).sort(([a], [b]) => (a < b ? -1 : 1));
}
