/**
 * A Kubernetes API server in memory, for the tests of programs that use the API. Begin with {@link Sandbox.create}.
 *
 * @packageDocumentation
 */
import { Client, type ClientOptions } from "./client.js";
import { KubeError } from "./errors.js";
import type { Host } from "./host.js";
import type { KubeObject } from "./objects.js";
import { Backend } from "./sandbox-backend.js";
import { RealClock, VirtualClock } from "./sandbox-clock.js";
import { Server } from "./sandbox-core.js";
import { fetchFrom } from "./sandbox-fetch.js";
import { type Mount, SandboxHost } from "./sandbox-host.js";
import type { Fault, FaultKind, Identity, Life, Logged, SandboxOptions } from "./sandbox-options.js";
import { ready } from "./sandbox-wasm.js";

export type { Fault, FaultKind, Identity, Life, Logged, Mount, SandboxOptions };
export { ready };

/** A sandbox as it once was: see {@link Sandbox.snapshot}. */
export class Snapshot {
  /** @internal */
  constructor(readonly kept: Server) {}
}

/** A certificate in form alone: what stands in an administrator's `ca.crt`. */
const CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/**
 * An API server in memory. The same requests at the same times with the same seed get the same answers.
 *
 * ```js
 * const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { colour: "blue" } };
 * const sandbox = await Sandbox.create({ seed: 7, objects: [settings] });
 * const client = await sandbox.client();
 * await client.list("configmaps", { namespace: "default" });
 * ```
 */
export class Sandbox implements Disposable {
  readonly #backend: Backend;

  private constructor(backend: Backend) {
    this.#backend = backend;
  }

  /**
   * Makes one.
   *
   * @throws {KubeError} where an object is of no known kind, in no known namespace, or breaks a rule
   */
  static async create({ seed = 0, now, clock = "real", ...settings }: SandboxOptions = {}): Promise<Sandbox> {
    await ready();
    const begin = now === undefined ? undefined : new Date(now).getTime();
    if (Number.isNaN(begin)) throw new KubeError("Build", `\`now\` is no time: ${String(now)}`);
    const time = clock === "virtual" ? new VirtualClock(begin) : new RealClock(begin);
    try {
      const server = Server.open(BigInt.asUintN(64, BigInt(seed)), JSON.stringify(settings), 0, time.now().wall);
      return new Sandbox(new Backend(server, time));
    } catch (error) {
      throw typeof error === "string" ? new KubeError("Build", error) : error;
    }
  }

  /** A client that needs no sockets: an administrator's, or that of the service account or user who is named. */
  client({ serviceAccount, user, groups, ...options }: Omit<ClientOptions, "host"> & Identity = {}): Promise<Client> {
    return Client.inCluster({ ...options, host: this.host({ namespace: options.namespace, serviceAccount, user, groups }) });
  }

  /** What a program finds in a pod here: for one that calls `Client.inCluster({ host })` itself. */
  host({ namespace = "default", serviceAccount, user, groups = [] }: Identity = {}): Host {
    const mount = () => {
      if (serviceAccount !== undefined) return this.mount(namespace, serviceAccount);
      const token = user === undefined ? this.admin : this.user(user, groups);
      return { token, ca: CA, namespace };
    };
    return new SandboxHost(this.#backend, mount);
  }

  /**
   * `fetch`, answered by the sandbox, for any other client: of the URL only path and query count. It has no credentials but those in its headers:
   * see {@link Sandbox.admin}, {@link Sandbox.mount} and {@link Sandbox.user}.
   */
  readonly fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => fetchFrom(this.#backend, input, init);

  /** The token of an administrator, to whom everything is allowed. */
  get admin(): string {
    return this.#backend.with((server) => server.admin());
  }

  /** The files of a pod that runs as a service account, which is made where it is not there. What it may do, roles and bindings say. */
  mount(namespace = "default", serviceAccount = "default"): Mount {
    const [token = "", ca = "", own = ""] = this.#backend.with((server) => server.mount(namespace, serviceAccount));
    return { token, ca, namespace: own };
  }

  /** A token of a user who is in these groups. */
  user(name: string, groups: readonly string[] = []): string {
    return this.#backend.with((server) => server.user(name, groups.join("\n")));
  }

  /** An object as it is stored, past the API: of `default` or the namespace that is said, where its kind has namespaces. */
  get<T = KubeObject>(apiVersion: string, kind: string, name: string, { namespace = "default" } = {}): T | undefined {
    const text = this.#backend.with((server) => server.get(apiVersion, kind, namespace, name));
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  /**
   * Puts an object in, past the API but not past the rules for names. Watches tell of it.
   *
   * @throws {KubeError} where it cannot be put in
   */
  put(object: KubeObject): void {
    this.#backend.with((server) => server.put(JSON.stringify(object)));
  }

  /** The number of the last write, which is what `resourceVersion` counts. */
  get revision(): number {
    return this.#backend.with((server) => server.revision());
  }

  /** Forgets all versions below this one, or below the last, as etcd does every five minutes: watches and lists that want them end in 410. */
  compact(revision: number = this.revision): void {
    this.#backend.with((server) => server.compact(revision));
    this.#backend.wake();
  }

  /** The last 10,000 requests, the oldest first. */
  log(): Logged[] {
    return JSON.parse(this.#backend.with((server) => server.log())) as Logged[];
  }

  /** The sandbox as it is now, which costs next to nothing. */
  snapshot(): Snapshot {
    return new Snapshot(this.#backend.with((server) => server.snapshot()));
  }

  /**
   * Makes it what it was, but for the time. Watches end. A program that knows later versions is as lost as one whose cluster was restored from a
   * backup: best begin it anew.
   */
  restore(snapshot: Snapshot): void {
    this.#backend.age += 1;
    this.#backend.with((server) => server.restore(snapshot.kept));
    this.#backend.wake();
  }

  /**
   * Lets something go wrong from now on. Of several faults that fit a request the first befalls it.
   *
   * ```js
   * sandbox.fail({ fault: "answerLost", verbs: ["create"], resource: "configmaps", times: 1 }); // done, and nobody hears of it
   * sandbox.fail({ fault: "tooManyRequests", percent: 10 });
   * ```
   */
  fail(fault: Fault): void {
    this.#backend.with((server) => server.fail(JSON.stringify(fault)));
  }

  /** Lets nothing go wrong any more. */
  heal(): void {
    this.#backend.with((server) => server.heal());
  }

  /** Drops the connection of every watch, as the end of a server does. */
  dropWatches(): void {
    this.#backend.with((server) => server.drop_watches());
    this.#backend.wake();
  }

  /** What time it is here. */
  get now(): Date {
    return new Date(this.#backend.clock.now().wall);
  }

  /**
   * Moves the virtual clock on. Whatever is due on the way happens in its order, and has happened when this resolves: pods that become ready,
   * bookmarks, ends of watches, retries of clients, renewals of leases. What a program does by other clocks, or with files and sockets, is not waited for.
   */
  async advance(milliseconds: number): Promise<void> {
    await this.#backend.clock.advance(milliseconds);
  }

  /** Ends its watches, refuses what comes, and keeps no process from ending. */
  close(): void {
    this.#backend.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
