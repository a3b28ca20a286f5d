// A server that goes away, and comes back as another.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** One more API server of the same cluster, to be ill-treated. */
export class Front {
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

  /** `rotate`: a new certificate and authority; `kill`, as `kill -9` does; `restart`. Returns when it is done. */
  async say(word) {
    this.input.write(`${word}\n`);
    assert.equal(await this.line(), `${word}: done`);
  }
}
