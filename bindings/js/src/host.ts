/**
 * What the core cannot do by itself: read a file, send a request, tell the time, wait. Node's is built in; another runtime brings one of its
 * own, as `Client.inCluster({ host })`. A host decides nothing: retries, deadlines and credentials are the core's.
 */
export interface Host {
  /** The environment that `Client.inCluster` reads, where the caller gives none. */
  readonly env: Readonly<Record<string, string | undefined>>;

  /** The content of a file; `undefined` where it does not exist. */
  readFile(path: string): Promise<Uint8Array | undefined>;

  /**
   * Sends a request and gives the head of its answer. It follows no redirect, uses no proxy of its own accord, and trusts whom the
   * request says and no one else. When `signal` fires the request ends at once, its body included.
   *
   * @throws {RequestFailure} where there is no answer; of anything else the core knows nothing more than that it failed
   */
  send(request: HostRequest, signal: AbortSignal): Promise<HostAnswer>;

  /** Two clocks, in milliseconds: one that never goes back, and the time of day since 1970. */
  now(): { mono: number; wall: number };

  /** A whole number below 2³² by chance: it spreads the retries of many clients. */
  random(): number;

  /** Calls back after so many milliseconds, unless the function that it gives is called first. */
  timer(delay: number, wake: () => void): () => void;

  /**
   * After a pause of its user a conversation looks for so many milliseconds at what has come meanwhile, before it looks at the clock: 100 unless said.
   * A host without sockets needs none.
   */
  readonly glance?: number | undefined;
}

/** Whom the TLS of a request must trust: the authorities of a PEM bundle, those of the host's system, or no one, over plain http. */
export type Trust = { kind: "Bundle"; pem: Uint8Array } | { kind: "SystemRoots" } | { kind: "PlainHttp" };

/** A formed HTTP request. Its `authorization` header is a secret. */
export interface FormedRequest {
  method: string;
  url: string;
  /** Names, in lower case, and values. */
  headers: [string, string][];
  /** The body; empty where there is none. */
  body: Uint8Array;
  trust: Trust;
}

/** A request as a host gets it. */
export interface HostRequest extends FormedRequest {
  /** Stays the same as long as `trust` does: a host keeps its connections for one number, and begins anew with the next. */
  tls: number;
  /** Whether the answer is a stream, better kept off a connection that others share. */
  stream: boolean;
}

/** The head of an answer, and its body as it comes. The body is read piece by piece, and not ahead of its reader. */
export interface HostAnswer {
  status: number;
  /** Names in any case, and values; a name may repeat. */
  headers: Iterable<readonly [string, string]>;
  body: AsyncIterable<Uint8Array>;
}

/** What kind of failure it is. `Untrusted` is a certificate that does not fit, for which the mounted authority is read anew. */
export type FailureKind = (typeof FAILURES)[number];

/** In the order in which the core counts them. */
export const FAILURES = ["Refused", "Reset", "TimedOut", "Untrusted", "Unsupported", "Other"] as const;

/** Why a request got no answer, or an answer no end. */
export class RequestFailure extends Error {
  override readonly name = "RequestFailure";

  constructor(
    readonly kind: FailureKind,
    /** Whether the server may have seen the request: it decides what may be sent again. In doubt it may have. */
    readonly sent: boolean,
    /** The host's words, without credentials and without the URL's query. */
    message: string,
  ) {
    super(message);
  }
}
