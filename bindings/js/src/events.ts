import type { Conversation, Told } from "./conversation.js";
import { KubeError } from "./errors.js";
import type { WatchEvent } from "./objects.js";

/** The events of one watch until the server ends it, after some minutes, or it fails. */
export type Watch<T> = Events<WatchEvent<T>>;

/** An error that a conversation told, and may have got over. */
export interface ErrorEvent {
  type: "error";
  error: KubeError;
}

/** For conversations that go on after an error: it is told as an event. */
export const asEvent = (error: KubeError): ErrorEvent => ({ type: "error", error });

/**
 * What comes of a conversation, as it comes: a watch's events, a list's pages, a log's lines. Leaving the loop ends its request at once; so do
 * `close` and the signal that it was given.
 *
 * ```js
 * for await (const event of client.watch("pods", { namespace: "shop" })) {
 *   if (event.type === "ADDED") console.log(event.object.metadata.name);
 * }
 * ```
 */
export class Events<T> implements AsyncIterableIterator<T>, AsyncDisposable {
  readonly #read: (told: Told) => T;
  readonly #goOn: ((error: KubeError) => T) | undefined;
  #begin: (() => Promise<Conversation>) | undefined;
  #conversation: Promise<Conversation> | undefined;
  #closed = false;

  /** @internal */
  constructor(begin: () => Promise<Conversation>, read: (told: Told) => T, goOn?: (error: KubeError) => T) {
    this.#begin = begin;
    this.#read = read;
    this.#goOn = goOn;
  }

  /** The next one. An error that is thrown ends them all. */
  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#closed) return { done: true, value: undefined };
    let conversation: Conversation | undefined;
    try {
      this.#conversation ??= this.#begin?.();
      conversation = await this.#conversation;
      if (this.#closed) conversation?.close();
      conversation?.more();
      const value = await conversation?.next(this.#read);
      if (value !== undefined) return { done: false, value };
    } catch (error) {
      // What comes before there is a conversation cannot be got over: an operation that is refused.
      if (this.#goOn !== undefined && conversation !== undefined && error instanceof KubeError) return { done: false, value: this.#goOn(error) };
      this.close();
      throw error;
    }
    this.close();
    return { done: true, value: undefined };
  }

  /** Ends them and their request at once. May be called often, and while one is waited for. */
  close(): void {
    this.#closed = true;
    this.#begin = undefined;
    this.#conversation?.then((conversation) => conversation.close()).catch(() => {});
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
