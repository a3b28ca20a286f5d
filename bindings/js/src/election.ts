import type { Conversation, Told } from "./conversation.js";
import { Fields } from "./core.js";
import { KubeError } from "./errors.js";

/** Who wants to lead: client-go's `LeaderElectionConfig`, with its defaults. Times are in milliseconds. */
export interface Candidate {
  /** The Lease's name. */
  name: string;
  /** Its namespace; the client's own where it is left out. */
  namespace?: string | undefined;
  /** A name that no other candidate has, such as the pod's. */
  identity: string;
  /** How long others wait, after the last renewal that they saw, before they take over: 15,000. Whole seconds, rounded up. */
  leaseDuration?: number | undefined;
  /** How long a leader leads without a renewal: 10,000. */
  renewDeadline?: number | undefined;
  /** How often a leader renews, and the others look: 2,000. */
  retryPeriod?: number | undefined;
  /** Ends it, as {@link Election.close} does. */
  signal?: AbortSignal | undefined;
}

/** One turn of an election. */
export type ElectionEvent =
  /** We lead; so many leaders there were before. */
  | { type: "leading"; transitions: number }
  /** We lead no more, and must not act. The election goes on. */
  | { type: "lost"; reason: "deadline" | "taken" | "stopped" }
  /** Another leads. */
  | { type: "following"; leader: string }
  /** The lease was given back, for others to take at once. */
  | { type: "released" }
  /** An attempt failed, and the election goes on. */
  | { type: "error"; error: KubeError };

/** So many events wait at most for whoever iterates; what comes then is not told. */
const WAITING = 64;

/**
 * One candidate of a leader election, which goes on whether it is iterated or not.
 *
 * ```js
 * const election = client.elect({ name: "controller", identity: process.env.HOSTNAME });
 * for await (const event of election) {
 *   if (event.type === "leading") begin();
 *   if (event.type === "lost") end();
 * }
 * ```
 *
 * A program that is busy for long cannot stop leading in time: work that takes longer than {@link Election.left} must look again. There is no
 * fencing.
 */
export class Election implements AsyncIterableIterator<ElectionEvent>, AsyncDisposable {
  readonly #now: () => number;
  readonly #done: Promise<void>;
  #conversation: Conversation | undefined;
  #until = 0;
  #waiting: ElectionEvent[] = [];
  #wake: () => void = () => {};
  #ended = false;
  #problem: { reason: unknown } | undefined;

  /** @internal */
  constructor(begin: () => Promise<Conversation>, now: () => number) {
    this.#now = now;
    this.#done = this.#run(begin).catch((reason: unknown) => {
      this.#problem = { reason };
    }).finally(() => {
      this.#until = 0;
      this.#ended = true;
      this.#wake();
    });
  }

  /** How long we lead from now on without another renewal (milliseconds); 0 where we do not lead. */
  get left(): number {
    return Math.max(0, this.#until - this.#now());
  }

  /** Whether we lead at this moment. */
  get isLeader(): boolean {
    return this.left > 0;
  }

  /** The next event. It throws the signal's reason, and what cannot be mended. */
  async next(): Promise<IteratorResult<ElectionEvent, undefined>> {
    for (;;) {
      const value = this.#waiting.shift();
      if (value !== undefined) return { done: false, value };
      if (this.#ended) {
        const problem = this.#problem;
        this.#problem = undefined;
        if (problem !== undefined) throw problem.reason;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Stops leading, gives the lease back, and waits for that: at most the renew deadline. */
  async stop(): Promise<void> {
    this.#conversation?.stop();
    await this.#done;
  }

  /** Ends it at once; the lease is not given back, and ends by itself. */
  close(): void {
    this.#conversation?.close();
    this.#until = 0;
  }

  async return(): Promise<IteratorResult<ElectionEvent, undefined>> {
    await this.stop();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #run(begin: () => Promise<Conversation>): Promise<void> {
    const conversation = await begin();
    this.#conversation = conversation;
    try {
      for (;;) {
        let event: ElectionEvent | undefined;
        try {
          const told = await conversation.next((told) => ({ event: read(told) }));
          if (told === undefined) return;
          event = told.event;
        } catch (error) {
          if (!(error instanceof KubeError)) throw error;
          event = { type: "error", error };
        }
        // Known before it is told.
        this.#until = conversation.until;
        if (event !== undefined && this.#waiting.length < WAITING) this.#waiting.push(event);
        this.#wake();
      }
    } finally {
      conversation.close();
    }
  }
}

/** Hands a candidate over, field by field. */
export function candidacy({ signal: _, ...candidate }: Candidate, namespace: string): Fields {
  const fields = new Fields();
  for (const [field, value] of Object.entries({ ...candidate, namespace: candidate.namespace ?? namespace })) {
    if (value !== undefined) fields.set(field, String(value));
  }
  return fields;
}

function read({ type, number, warnings: [word = ""] }: Told): ElectionEvent | undefined {
  switch (type) {
    case "leading":
      return { type, transitions: number };
    case "lost":
      return { type, reason: word as "deadline" | "taken" | "stopped" };
    case "following":
      return { type, leader: word };
    case "released":
      return { type };
    default:
      return undefined;
  }
}
