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
import { ready } from "./sandbox-wasm.js";

export type { Mount };
export { ready };

/** How to make a {@link Sandbox}. */
export interface SandboxOptions {
  /** What uids, generated names and time-outs come from; 0 unless said. */
  seed?: number | bigint | undefined;
  /** What is in it, with `apiVersion` and `kind`. A namespace comes before what it holds; without one, an object goes into `default`. */
  objects?: readonly KubeObject[] | undefined;
  /** The time at which it begins: the present one; by the virtual clock 2026-01-01T00:00:00Z. */
  now?: Date | string | number | undefined;
  /** Whose time it goes by: the machine's, or one that only {@link Sandbox.advance} moves. */
  clock?: "real" | "virtual" | undefined;
}

/** Who asks: without `serviceAccount` an administrator, to whom everything is allowed. */
export interface Identity {
  /** The namespace that the program lives in; `default` unless said. */
  namespace?: string | undefined;
  /** The service account that it runs as, such as `default`. */
  serviceAccount?: string | undefined;
}

/** A request that was answered. */
export interface Logged {
  /** When, in milliseconds since the sandbox was made. */
  at: number;
  method: string;
  /** Path and query. */
  target: string;
  /** The HTTP status; 0 where the request had to wait. */
  status: number;
}

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
  #admin: { age: number; token: string } | undefined;

  private constructor(backend: Backend) {
    this.#backend = backend;
  }

  /**
   * Makes one.
   *
   * @throws {KubeError} where an object is of no known kind, in no known namespace, or breaks a rule
   */
  static async create({ seed = 0, objects = [], now, clock = "real" }: SandboxOptions = {}): Promise<Sandbox> {
    await ready();
    const begin = now === undefined ? undefined : new Date(now).getTime();
    if (Number.isNaN(begin)) throw new KubeError("Build", `\`now\` is no time: ${String(now)}`);
    const time = clock === "virtual" ? new VirtualClock(begin) : new RealClock(begin);
    try {
      const server = Server.open(BigInt.asUintN(64, BigInt(seed)), JSON.stringify(objects), 0, time.now().wall);
      return new Sandbox(new Backend(server, time));
    } catch (error) {
      throw typeof error === "string" ? new KubeError("Build", error) : error;
    }
  }

  /** A client that needs no sockets: as an administrator, or as the service account that is named. */
  client({ serviceAccount, ...options }: Omit<ClientOptions, "host"> & Identity = {}): Promise<Client> {
    return Client.inCluster({ ...options, host: this.host({ namespace: options.namespace, serviceAccount }) });
  }

  /** What a program finds in a pod here: for one that calls `Client.inCluster({ host })` itself. */
  host({ namespace = "default", serviceAccount }: Identity = {}): Host {
    const mount = () => (serviceAccount === undefined ? this.admin(namespace) : this.mount(namespace, serviceAccount));
    return new SandboxHost(this.#backend, mount);
  }

  /**
   * `fetch`, answered by the sandbox, for any other client: of the URL only path and query count. It has no credentials but those in its headers:
   * see {@link Sandbox.admin} and {@link Sandbox.mount}.
   */
  readonly fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => fetchFrom(this.#backend, input, init);

  /** The files of a pod that runs as a service account. Its token is accepted from now on. */
  mount(namespace = "default", serviceAccount = "default"): Mount {
    const [token = "", ca = "", own = ""] = this.#backend.with((server) => server.mount(namespace, serviceAccount));
    return { token, ca, namespace: own };
  }

  /** The same of an administrator, to whom everything is allowed. */
  admin(namespace = "default"): Mount {
    const { age } = this.#backend;
    if (this.#admin?.age !== age) this.#admin = { age, token: this.#backend.with((server) => server.admin()) };
    return { token: this.#admin.token, ca: CA, namespace };
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

  /** What time it is here. */
  get now(): Date {
    return new Date(this.#backend.clock.now().wall);
  }

  /**
   * Moves the virtual clock on. Whatever is due on the way happens in its order, and has happened when this resolves: bookmarks, ends of watches,
   * retries of clients, renewals of leases. What a program does by other clocks, or with files and sockets, is not waited for.
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
