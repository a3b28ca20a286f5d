// A server that comes back with a certificate of another authority.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { Client } from "../../dist/index.js";
import { World } from "./world.mjs";

/** One more API server of the same cluster, whose certificate can be rotated. */
class Front {
  static async start(t) {
    const directory = mkdtempSync(join(tmpdir(), "kubewire-front-"));
    const process_ = spawn("cargo", ["xtask", "apiserver", "front", directory], { stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(process_, "exit");
    t.after(async () => {
      // It stops its server when its input ends.
      process_.stdin.end();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    });
    const front = new Front();
    front.input = process_.stdin;
    front.lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
    const [port, ca] = (await front.line()).split(" ");
    return Object.assign(front, { port, ca });
  }

  async line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the second API server ended: its words are above");
    return value;
  }

  async rotate() {
    this.input.write("\n");
    assert.equal(await this.line(), "rotated");
  }
}

test("the next call trusts the new authority", async (t) => {
  const world = await World.new(t, "rotation");
  const front = await Front.start(t);
  const mount = await world.account("pod");
  const authority = () => readFileSync(front.ca);
  const env = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: front.port };
  const client = await Client.inCluster({ env, mount: mount.directory });

  // The mount still holds the authority of the other server.
  await assert.rejects(client.getPath("/version"), { code: "Transport", message: /certificate is not trusted/ });

  const old = authority();
  mount.write("ca.crt", old);
  assert.equal((await client.getPath("/version")).gitVersion, "v1.37.2");

  await front.rotate();
  assert.notDeepEqual(authority(), old);
  mount.write("ca.crt", authority());
  assert.equal((await client.getPath("/version")).gitVersion, "v1.37.2");
});
