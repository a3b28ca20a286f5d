import { KubeError } from "./errors.js";
import { withKinds } from "./objects.js";
import type { Told } from "./conversation.js";

/** An answer that is no failure, as it came: for what is no JSON, and for whoever wants the server's warnings. */
export class Answer {
  /** The body. */
  readonly bytes: Uint8Array;
  /** The texts of the `Warning` headers: a deprecated version, an unknown field. */
  readonly warnings: readonly string[];
  readonly #call: string;

  /** @internal */
  constructor({ type, bytes, warnings }: Told) {
    this.#call = type;
    this.bytes = bytes;
    this.warnings = warnings;
  }

  /**
   * The body as JSON; a list's items say their kind and version.
   *
   * @throws {KubeError} of the stage `Decode`
   */
  json<T = unknown>(): T {
    const text = this.text();
    try {
      return withKinds(JSON.parse(text) as T);
    } catch {
      // Whatever the parser says holds a piece of the body.
      throw this.#problem("this is no JSON");
    }
  }

  /**
   * The body as text: a log, or `/metrics`.
   *
   * @throws {KubeError} of the stage `Decode` where it is not UTF-8, as a log may not be
   */
  text(): string {
    try {
      return strict.decode(this.bytes);
    } catch {
      throw this.#problem("the answer is not UTF-8");
    }
  }

  #problem(why: string): KubeError {
    return new KubeError("Decode", `${this.#call}: the answer does not fit its type: at \`.\`: ${why}`);
  }
}

const strict = new TextDecoder("utf-8", { fatal: true });
