// A server that comes back with a certificate of another authority.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Client } from "../../dist/index.js";
import { Front } from "./front.mjs";
import { World } from "./world.mjs";

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

  await front.say("rotate");
  assert.notDeepEqual(authority(), old);
  mount.write("ca.crt", authority());
  assert.equal((await client.getPath("/version")).gitVersion, "v1.37.2");
});
