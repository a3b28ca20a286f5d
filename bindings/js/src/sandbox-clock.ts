import { KubeError } from "./errors.js";

/** What time it is in a sandbox, in milliseconds, and who wants to be told when it is later. */
export interface Clock {
  now(): { mono: number; wall: number };
  timer(delay: number, wake: () => void): () => void;
  advance(by: number): Promise<void>;
  /** Stands still from now on, and wakes nobody. */
  stop(): void;
}

/** Longer ones overflow and fire at once; one that comes too early is harmless. */
const LONGEST = 2 ** 31 - 1;

/** The machine's clock, as far off as it was said at the start. */
export class RealClock implements Clock {
  readonly #start = performance.now();
  readonly #off: number;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #stopped = false;

  constructor(wall = Date.now()) {
    this.#off = wall - Date.now();
  }

  now(): { mono: number; wall: number } {
    return { mono: performance.now() - this.#start, wall: Date.now() + this.#off };
  }

  timer(delay: number, wake: () => void): () => void {
    if (this.#stopped) return () => {};
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      wake();
    }, Math.min(delay, LONGEST));
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  async advance(): Promise<void> {
    throw new KubeError("Config", 'this sandbox goes by the real clock: make it with `{ clock: "virtual" }` to advance it');
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** A clock that only `advance` moves. */
export class VirtualClock implements Clock {
  #mono = 0;
  readonly #off: number;
  readonly #timers = new Set<{ at: number; wake: () => void }>();
  #moving: Promise<void> = Promise.resolve();
  #stopped = false;

  /** It begins at 2026-01-01T00:00:00Z, as that of the client in Rust does. */
  constructor(wall = 1_767_225_600_000) {
    this.#off = wall;
  }

  now(): { mono: number; wall: number } {
    return { mono: this.#mono, wall: this.#off + this.#mono };
  }

  timer(delay: number, wake: () => void): () => void {
    if (this.#stopped) return () => {};
    if (delay <= 0) {
      const timer = setTimeout(wake, 0);
      return () => clearTimeout(timer);
    }
    const timer = { at: this.#mono + delay, wake };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves on from one timer to the next, so that whoever sets another on the way has that too. One call after the other. */
  advance(by: number): Promise<void> {
    if (!(by >= 0)) throw new KubeError("Build", `time does not go by ${by} ms`);
    this.#moving = this.#moving.then(async () => {
      const until = this.#mono + Math.floor(by);
      for (let due = await this.#due(until); due !== undefined; due = await this.#due(until)) {
        this.#timers.delete(due);
        this.#mono = due.at;
        due.wake();
      }
      this.#mono = until;
      await settled();
    });
    return this.#moving;
  }

  stop(): void {
    this.#stopped = true;
    this.#timers.clear();
  }

  async #due(until: number): Promise<{ at: number; wake: () => void } | undefined> {
    await settled();
    const [first] = [...this.#timers].filter(({ at }) => at <= until).sort((one, other) => one.at - other.at);
    return first;
  }
}

/** Until all that was woken has come as far as it comes without time: in one process everything else is a promise. */
function settled(): Promise<void> {
  return new Promise(soon);
}

/** After all promises. Most hosts have a way that takes no millisecond. */
function soon(wake: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (wake: () => void) => unknown };
  if (setImmediate === undefined) setTimeout(wake, 0);
  else setImmediate(wake);
}
