import { KubeError } from "./errors.js";
import { RequestFailure } from "./host.js";
import type { Clock } from "./sandbox-clock.js";
import type { Exchange, Server } from "./sandbox-core.js";

/** A request as it is on the wire. */
export interface Asked {
  method: string;
  /** Path and query. */
  target: string;
  headers: Iterable<readonly [string, string]>;
  body: Uint8Array;
}

/** An answer whose body comes as it is asked for. */
export interface Told {
  status: number;
  headers: [string, string][];
  /** The next piece of the body, or the reason of its signal as an error; `undefined` at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Its reader has gone. */
  close(): void;
}

/** The server, its clock, and those who wait for it to change. */
export class Backend {
  readonly clock: Clock;
  /** How often it was put back: whoever was connected before is no more, and tokens of the time between are not known. */
  age = 0;
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();
  #closed = false;
  /** When something lives on by itself, and how to forget about that. */
  #next = Infinity;
  #unlive: () => void = () => {};

  constructor(server: Server, clock: Clock) {
    this.#server = server;
    this.clock = clock;
    this.#live();
  }

  /** Looks into the server, or changes it past the API. Whoever waits hears of what was written. */
  with<T>(call: (server: Server) => T): T {
    try {
      return this.#step(call);
    } catch (error) {
      // What the server refuses is a text.
      throw typeof error === "string" ? new KubeError("Build", error) : error;
    }
  }

  /** Whoever waits looks again: other things have changed. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  close(): void {
    this.#closed = true;
    this.clock.stop();
    this.wake();
  }

  /**
   * Answers a request, once it is no longer parked.
   *
   * @throws the signal's reason, or a {@link RequestFailure}
   */
  async ask(asked: Asked, signal?: AbortSignal | null): Promise<Told> {
    signal?.throwIfAborted();
    if (this.#closed) throw closed();
    const { age } = this;
    const exchange = this.#handle(asked);
    while (exchange.status() === 0) {
      if (exchange.is_over()) throw lost();
      await this.#change(exchange, signal);
      if (this.#isLost(age) || signal?.aborted) exchange.free();
      signal?.throwIfAborted();
      if (this.#closed) throw closed();
      if (this.#isLost(age)) throw new RequestFailure("Reset", true, "the sandbox was put back");
      this.#step((server) => server.resume(exchange));
    }
    const headers = pairs(exchange.headers());
    let over = false;
    let broken = false;
    const close = () => {
      if (over) return;
      over = true;
      broken = exchange.is_lost();
      exchange.free();
      this.wake();
    };
    const next = async () => {
      for (;;) {
        if (signal?.aborted) close();
        signal?.throwIfAborted();
        if (broken) throw lost();
        if (over) return undefined;
        // A server that stops ends its watches, as it would for their time.
        const piece = this.#isLost(age) ? undefined : this.#now().poll(exchange);
        if (piece !== undefined) return piece;
        if (this.#isLost(age) || exchange.is_over()) close();
        else await this.#change(exchange, signal);
      }
    };
    return { status: exchange.status(), headers, next, close };
  }

  #handle({ method, target, headers, body }: Asked): Exchange {
    const lines = [...headers].map(([name, value]) => `${name}\n${value}\n`).join("");
    try {
      return this.#step((server) => server.handle(method, target, lines, body));
    } catch (error) {
      throw typeof error === "string" ? new RequestFailure("Unsupported", false, error) : error;
    }
  }

  /** Most of what is called changes nothing. */
  #step<T>(call: (server: Server) => T): T {
    const server = this.#now();
    const before = server.revision();
    try {
      return call(server);
    } finally {
      if (server.revision() !== before) this.wake();
      this.#live();
    }
  }

  /** What lives wants to be told of the time. */
  #live(): void {
    const next = this.#server.next();
    if (next === this.#next) return;
    this.#unlive();
    this.#next = next;
    const wake = () => {
      this.#next = Infinity;
      this.#step((server) => server.pass());
    };
    this.#unlive = next === Infinity ? () => {} : this.clock.timer(Math.max(0, next - this.clock.now().mono), wake);
  }

  #now(): Server {
    const { mono, wall } = this.clock.now();
    this.#server.tick(mono, wall);
    return this.#server;
  }

  #isLost(age: number): boolean {
    return this.#closed || age !== this.age;
  }

  /** Until something has changed, or it is time for what happens by itself. */
  async #change(exchange: Exchange, signal?: AbortSignal | null): Promise<void> {
    const due = exchange.timeout() - this.clock.now().mono;
    await new Promise<void>((resolve) => {
      const wake = () => {
        cancel();
        signal?.removeEventListener("abort", wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const cancel = due === Infinity ? () => {} : this.clock.timer(due, wake);
      signal?.addEventListener("abort", wake);
      this.#waiting.add(wake);
    });
  }
}

/** The end of a connection, which only a fault brings about. */
function lost(): RequestFailure {
  return new RequestFailure("Reset", true, "the sandbox was told to lose the connection");
}

/** Of the kind that nobody tries again: a sandbox that is closed stays so. */
function closed(): RequestFailure {
  return new RequestFailure("Unsupported", false, "the sandbox is closed");
}

/** Lines, names and values in turn. */
function pairs(text: string): [string, string][] {
  const lines = text.split("\n");
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < lines.length; at += 2) pairs.push([lines[at] ?? "", lines[at + 1] ?? ""]);
  return pairs;
}
