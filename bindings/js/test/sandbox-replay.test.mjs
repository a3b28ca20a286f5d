// The same requests at the same times with the same seed get the same answers as in Rust.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { Sandbox } from "kubewire/sandbox";

/** Asks a sandbox in Rust: `cargo xtask test --only js` builds it. */
const program = process.env.KUBEWIRE_SANDBOX_REPLAY;
const NOW = 1_790_000_000_000;
const PACE = 700;

/** A number below `limit`, by a small generator that is good enough for this. */
function dice(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function requests(seed, count) {
  const roll = dice(seed);
  const pick = (...from) => from[roll(from.length)];
  const one = () => {
    const name = pick("a", "b", "c", "d");
    const [kind, plural] = pick(["ConfigMap", "configmaps"], ["ConfigMap", "configmaps"], ["Secret", "secrets"]);
    const all = `/api/v1/namespaces/${pick("default", "kube-public", "nowhere")}/${plural}`;
    const data = { [pick("x", "y")]: pick("aGk=", "eW8=", "") };
    const metadata = { name, labels: { app: pick("web", "db") }, ...(roll(4) === 0 && { finalizers: ["example.com/hold"] }) };
    const object = { apiVersion: "v1", kind, metadata, data };
    const ask = (method, target, body, type = "application/json") => ({
      method, target, headers: [["content-type", type], ["user-agent", pick("one/1", "two/2")]], body: body === undefined ? "" : JSON.stringify(body),
    });
    return pick(
      () => ask("POST", all, roll(2) ? object : { ...object, metadata: { generateName: "g-" } }),
      () => ask("POST", all, object),
      () => ask("PUT", `${all}/${name}`, object),
      () => ask("PATCH", `${all}/${name}?fieldManager=${pick("m", "n")}&force=${pick("true", "false")}`, object, "application/apply-patch+yaml"),
      () => ask("PATCH", `${all}/${name}`, { data, metadata: { finalizers: null } }, "application/merge-patch+json"),
      () => ask("DELETE", `${all}/${name}`),
      () => ask("GET", `${all}?labelSelector=app%3D${pick("web", "db")}&limit=${pick("", "1", "2")}`),
      () => ask("GET", `${all}?resourceVersion=${pick("0", "3", "30", "300", "junk")}&resourceVersionMatch=${pick("Exact", "NotOlderThan")}`),
      () => ask("GET", `${all}?watch=true&allowWatchBookmarks=true&timeoutSeconds=${pick("3", "90", "")}&resourceVersion=${pick("", "5", "50")}`),
      () => ask("GET", pick("/api", "/apis", "/version", "/api/v1", "/nothing")),
    )();
  };
  return Array.from({ length: count }, one);
}

test("a sandbox answers in JavaScript as it does in Rust", { skip: program === undefined && "only `cargo xtask test --only js` has the program in Rust" }, async (t) => {
  for (let seed = 0; seed < 5; seed += 1) {
    const script = { seed, now: NOW, pace: PACE, requests: requests(seed, 120) };
    const expected = JSON.parse(execFileSync(program, { input: JSON.stringify(script), encoding: "utf8", maxBuffer: 2 ** 28 }));
    const sandbox = await Sandbox.create({ seed, now: NOW, clock: "virtual" });
    t.after(() => sandbox.close());
    const authorization = ["authorization", `Bearer ${sandbox.admin}`];
    const answers = script.requests.map(() => null);
    for (const [index, { method, target, headers, body }] of script.requests.entries()) {
      if (index > 0) await sandbox.advance(PACE);
      const read = async () => {
        const answer = await sandbox.fetch(target, { method, headers: [...headers, authorization], ...(body !== "" && { body }) });
        const got = (answers[index] = [answer.status, ""]);
        const decoder = new TextDecoder();
        for await (const piece of answer.body) got[1] += decoder.decode(piece, { stream: true });
      };
      read().catch(() => {});
      await sandbox.advance(0);
    }
    for (const [index, answer] of answers.entries()) assert.deepEqual(answer, expected[index], `seed ${seed}, request ${index}: ${JSON.stringify(script.requests[index])}`);
    const statuses = new Set(expected.map((answer) => answer?.[0]));
    for (const status of [200, 201, 404, 409]) assert.ok(statuses.has(status), `no request of seed ${seed} was answered with ${status}`);
  }
});
