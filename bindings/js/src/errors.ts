import type { Fields } from "./core.js";

/** The stage at which something went wrong. */
export type Stage = "Build" | "Config" | "Transport" | "Timeout" | "Api" | "Decode" | "Protocol";

/** The API server's answer when it says no: Kubernetes' Status. */
export interface Status {
  kind: "Status";
  apiVersion: "v1";
  status?: string;
  /** The HTTP code. */
  code: number;
  /** One word for programs, such as `NotFound`, `Conflict` or `Forbidden`. */
  reason?: string;
  /** A sentence for people. */
  message?: string;
  metadata?: { continue?: string };
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: { reason?: string; message?: string; field?: string }[];
    retryAfterSeconds?: number;
  };
}

/**
 * What went wrong, to which call, and what to do about it. It never holds a credential, a body or a query.
 *
 * ```js
 * try {
 *   await client.create("configmaps", settings);
 * } catch (error) {
 *   if (!(error instanceof KubeError && error.reason === "AlreadyExists")) throw error;
 * }
 * ```
 */
export class KubeError extends Error {
  override readonly name = "KubeError";

  constructor(
    /** The stage: `"Api"` where it is the server that said no. */
    readonly code: Stage,
    message: string,
    /** The server's own words, where it said no. */
    readonly status?: Status,
    /** The texts of the answer's `Warning` headers. */
    readonly warnings: readonly string[] = [],
    /** Which field did not fit, where the stage is `"Decode"`: such as `items`; `.` for the whole answer. */
    readonly path?: string,
  ) {
    super(message);
  }

  /** The server's one word for programs, such as `NotFound`, `Conflict` or `Forbidden`. */
  get reason(): string | undefined {
    return this.status?.reason;
  }
}

/** Reads what the core says of an error: its stage, the Status or the path or nothing, and the text, which may have several lines. */
export function readError(lines: string, warnings: readonly string[] = []): KubeError {
  const stage = lines.indexOf("\n");
  const end = lines.indexOf("\n", stage + 1);
  const code = lines.slice(0, stage) as Stage;
  const detail = lines.slice(stage + 1, end);
  const text = lines.slice(end + 1);
  if (code === "Decode") return new KubeError(code, text, undefined, warnings, detail);
  return new KubeError(code, text, detail === "" ? undefined : (JSON.parse(detail) as Status), warnings);
}

/**
 * What was made of the fields.
 *
 * @throws {KubeError} where nothing was made of them
 */
export function orThrow<T>(fields: Fields, made: T | undefined): T {
  if (made === undefined) throw readError(fields.problem());
  return made;
}
