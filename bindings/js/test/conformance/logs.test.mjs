// Logs through the real API server, of a kubelet that the test plays.
import assert from "node:assert/strict";
import { test } from "node:test";
import { reader } from "./churn.mjs";
import { Front } from "./front.mjs";
import { Kubelet } from "./kubelet.mjs";
import { World } from "./world.mjs";

test("a log comes as it is written", async (t) => {
  const world = await World.new(t, "logs");
  const { admin, namespace } = world;
  const kubelet = await Kubelet.start(t);
  await kubelet.pod(t, world);

  const log = admin.logs("web", { namespace, container: "app", follow: true, timestamps: true, tailLines: 3 });
  const first = log.next();
  assert.equal(await kubelet.next(), `/containerLogs/${namespace}/web/app?follow=true&tailLines=3&timestamps=true`);
  const time = "2026-01-02T03:04:05.678901234Z";
  kubelet.write(`${time} größe`);
  assert.deepEqual((await first).value, { text: "größe", timestamp: time, cut: false });
  kubelet.write(`${time} last`);
  kubelet.end();
  const rest = [];
  for await (const line of log) rest.push(line.text);
  assert.deepEqual(rest, ["last"]);
  await assert.rejects(admin.logs("nobody", { namespace }).next(), (error) => error.status.code === 404);
});

test("a followed log survives the server's death", async (t) => {
  const world = await World.new(t, "followed");
  const { namespace } = world;
  const kubelet = await Kubelet.start(t);
  await kubelet.pod(t, world);
  const front = await Front.start(t);
  const { client } = await reader(t, world, front);

  const log = client.followLogs("web", { namespace, container: "app", tailLines: 5, signal: AbortSignal.timeout(60_000) });
  const first = log.next();
  assert.equal(await kubelet.next(), `/containerLogs/${namespace}/web/app?follow=true&tailLines=5&timestamps=true`);
  const time = (nanos) => `2026-01-02T03:04:05.${nanos}Z`;
  const written = [`${time("100000000")} one`, `${time("200000000")} two`, `${time("200000000")} größe`];
  for (const line of written) kubelet.write(line);
  const told = [(await first).value];
  for (let line = 1; line < written.length; line += 1) told.push((await log.next()).value);
  // Cut within a line: what was begun comes again from its start.
  kubelet.begin(`${time("300000000")} begun and`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await front.say("kill");
  const rest = (async () => {
    for await (const event of log) told.push(event);
  })();
  await front.say("restart");
  const again = new URL(await kubelet.next(), "https://kubelet").searchParams;
  assert.deepEqual(["sinceTime", "tailLines", "follow"].map((field) => again.get(field)), ["2026-01-02T03:04:05Z", null, "true"]);
  for (const line of [...written, `${time("300000000")} begun and ended`, `${time("400000000")} last`]) kubelet.write(line);
  kubelet.end();
  await rest;
  const lines = told.filter(({ type }) => type === "line");
  assert.deepEqual(lines.map(({ text }) => text), ["one", "two", "größe", "begun and ended", "last"]);
  assert.deepEqual([lines[2].timestamp, lines[3].timestamp, lines[3].cut], [time("200000000"), time("300000000"), false]);
  const errors = told.filter(({ type }) => type === "error");
  assert.ok(errors.length > 0, "the loss is told");
  assert.ok(errors.every(({ error }) => error.code === "Transport" || error.code === "Api"), errors.map(({ error }) => error.message).join("\n"));
});
