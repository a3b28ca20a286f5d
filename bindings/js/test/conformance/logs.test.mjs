// Logs through the real API server, of a kubelet that the test plays.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { eventually, World } from "./world.mjs";

/** As much of a kubelet as the API server asks for a log. */
class Kubelet {
  static async start(t) {
    const directory = mkdtempSync(join(tmpdir(), "kubewire-kubelet-"));
    const process_ = spawn("cargo", ["xtask", "apiserver", "kubelet", directory], { stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(process_, "exit");
    t.after(async () => {
      process_.stdin.end();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    });
    const kubelet = new Kubelet();
    kubelet.input = process_.stdin;
    kubelet.lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
    kubelet.port = Number(await kubelet.line());
    return kubelet;
  }

  async line() {
    return (await this.lines.next()).value;
  }

  /** The path and query of the next request for a log. */
  next() {
    this.input.write("next\n");
    return this.line();
  }

  write(text) {
    this.input.write(`write ${text}\n`);
  }

  end() {
    this.input.write("end\n");
  }
}

test("a log comes as it is written", async (t) => {
  const { admin, namespace } = await World.new(t, "logs");
  const kubelet = await Kubelet.start(t);
  const node = `node-${namespace}`;
  await admin.create("nodes", { metadata: { name: node } });
  t.after(() => admin.delete("nodes", node));
  const status = { addresses: [{ type: "InternalIP", address: "127.0.0.1" }], daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } } };
  await admin.patch("nodes", node, { status }, { subresource: "status", type: "merge" });
  const spec = { nodeName: node, containers: [{ name: "app", image: "i" }] };
  await eventually(() => admin.create("pods", { metadata: { name: "web", namespace }, spec }));

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
