// A kubelet that the test plays.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { eventually } from "./world.mjs";

/** As much of a kubelet as the API server asks for a log. */
export class Kubelet {
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

  /** A part of a line. */
  begin(text) {
    this.input.write(`begin ${text}\n`);
  }

  end() {
    this.input.write("end\n");
  }

  /** Makes the pod `web` on a node of which this is the kubelet. */
  async pod(t, { admin, namespace }) {
    const node = `node-${namespace}`;
    await admin.create("nodes", { metadata: { name: node } });
    t.after(() => admin.delete("nodes", node));
    const status = { addresses: [{ type: "InternalIP", address: "127.0.0.1" }], daemonEndpoints: { kubeletEndpoint: { Port: this.port } } };
    await admin.patch("nodes", node, { status }, { subresource: "status", type: "merge" });
    const spec = { nodeName: node, containers: [{ name: "app", image: "i" }] };
    await eventually(() => admin.create("pods", { metadata: { name: "web", namespace }, spec }));
  }
}
