import type { Conversation, Told } from "./conversation.js";
import type { WatchEvent } from "./objects.js";

/** The events of one watch until the server ends it, after some minutes, or it fails. */
export type Watch<T> = Events<WatchEvent<T>>;

/**
 * What comes of one request, as it comes: a watch's events, a list's pages, a log's lines. Leaving the loop ends the request at once; so do
 * `close` and the signal that the request was given.
 *
 * ```js
 * for await (const event of client.watch("pods", { namespace: "shop" })) {
 *   if (event.type === "ADDED") console.log(event.object.metadata.name);
 * }
 * ```
 */
export class Events<T> implements AsyncIterableIterator<T>, AsyncDisposable {
  readonly #read: (told: Told) => T;
  #begin: (() => Promise<Conversation>) | undefined;
  #conversation: Promise<Conversation> | undefined;
  #closed = false;

  /** @internal */
  constructor(begin: () => Promise<Conversation>, read: (told: Told) => T) {
    this.#begin = begin;
    this.#read = read;
  }

  /** The next one. An error ends them all. */
  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#closed) return { done: true, value: undefined };
    try {
      this.#conversation ??= this.#begin?.();
      const conversation = await this.#conversation;
      if (this.#closed) conversation?.close();
      conversation?.more();
      const value = await conversation?.next(this.#read);
      if (value !== undefined) return { done: false, value };
    } catch (error) {
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
