import { type Host, type HostAnswer, type HostRequest, RequestFailure } from "./host.js";
import type { Backend, Told } from "./sandbox-backend.js";

/** What a pod finds where its service account is mounted. */
export interface Mount {
  /** The file `token`. */
  token: string;
  /** The file `ca.crt`: in form alone, since nothing is encrypted here. */
  ca: string;
  /** The file `namespace`. */
  namespace: string;
}

/** Where the kubelet mounts a service account. */
const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount/";
const encoder = new TextEncoder();

/** A pod in the sandbox: its environment, its files, and a way to the API server that needs no sockets. */
export class SandboxHost implements Host {
  readonly env = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" };
  readonly glance = 0;
  readonly #backend: Backend;
  readonly #give: () => Mount;
  #mount: Mount | undefined;
  #age = 0;
  /** Tokens of before the sandbox was put back. */
  readonly #passed = new Set<string>();

  constructor(backend: Backend, give: () => Mount) {
    this.#backend = backend;
    this.#give = give;
  }

  async readFile(path: string): Promise<Uint8Array | undefined> {
    const { token, ca, namespace } = this.#mounted();
    const files: Record<string, string> = { token, "ca.crt": ca, namespace };
    const name = path.startsWith(FOLDER) ? path.slice(FOLDER.length) : "";
    return Object.hasOwn(files, name) ? encoder.encode(files[name]) : undefined;
  }

  async send({ method, url, headers, body }: HostRequest, signal: AbortSignal): Promise<HostAnswer> {
    const target = url.replace(/^\w+:\/\/[^/]*/, "");
    const asked = { method, target, headers: headers.map(([name, value]) => [name, this.#renewed(value)] as const), body };
    try {
      const told = await this.#backend.ask(asked, signal);
      return { status: told.status, headers: told.headers, body: pieces(told) };
    } catch (error) {
      throw failure(error);
    }
  }

  now(): { mono: number; wall: number } {
    return this.#backend.clock.now();
  }

  /** Retries are spread as the seed of the core would have it: the same always. */
  random(): number {
    return 0;
  }

  timer(delay: number, wake: () => void): () => void {
    return this.#backend.clock.timer(delay, wake);
  }

  #mounted(): Mount {
    if (this.#mount === undefined || this.#age !== this.#backend.age) {
      if (this.#mount !== undefined) this.#passed.add(this.#mount.token);
      this.#mount = this.#give();
      this.#age = this.#backend.age;
    }
    return this.#mount;
  }

  /** A client goes on with its token for a while, and by now that may be another's: dice that were put back fall as before. */
  #renewed(value: string): string {
    if (!value.startsWith("Bearer ")) return value;
    const { token } = this.#mounted();
    return this.#passed.has(value.slice("Bearer ".length)) ? `Bearer ${token}` : value;
  }
}

async function* pieces(told: Told): AsyncGenerator<Uint8Array> {
  try {
    for (let piece = await told.next(); piece !== undefined; piece = await told.next()) yield piece;
  } catch (error) {
    throw failure(error);
  } finally {
    told.close();
  }
}

function failure(error: unknown): RequestFailure {
  return error instanceof RequestFailure ? error : new RequestFailure("Reset", true, "given up");
}
