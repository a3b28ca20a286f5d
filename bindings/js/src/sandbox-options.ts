import type { KubeObject } from "./objects.js";
import type { Verb } from "./operation.js";

/** How to make a sandbox. */
export interface SandboxOptions {
  /** What uids, generated names and time-outs come from; 0 unless said. */
  seed?: number | bigint | undefined;
  /** What is in it, with `apiVersion` and `kind`. A namespace comes before what it holds; without one, an object goes into `default`. */
  objects?: readonly KubeObject[] | undefined;
  /** The time at which it begins: the present one; by the virtual clock 2026-01-01T00:00:00Z. */
  now?: Date | string | number | undefined;
  /** Whose time it goes by: the machine's, or one that only `advance` moves. */
  clock?: "real" | "virtual" | undefined;
  /** Whether roles and bindings say who may do what: they do, unless this is `false`. */
  rbac?: boolean | undefined;
  /** What happens by itself, as controllers, a scheduler and a node do it: nothing, everything (`true`), or these parts. */
  life?: boolean | Life | undefined;
}

/** Which parts of a cluster live. */
export interface Life {
  /** Each namespace gets its service account `default`, and the ConfigMap `kube-root-ca.crt`. */
  accounts?: boolean | undefined;
  /** Objects whose owners are gone go too. */
  garbage?: boolean | undefined;
  /** Deployments make replica sets; these, stateful sets, daemon sets and jobs make pods. */
  workloads?: boolean | undefined;
  /** Pods come to the one node there is, run, become ready, and go when they are deleted. */
  pods?: boolean | undefined;
  /** Services have endpoint slices. */
  endpoints?: boolean | undefined;
  /** So many milliseconds a pod takes until it is ready: 1,000. */
  start?: number | undefined;
  /** So many milliseconds a job's pod runs: 1,000. */
  run?: number | undefined;
}

/** Who asks: an administrator, to whom everything is allowed, unless a service account or a user is named. */
export interface Identity {
  /** The namespace that the program lives in; `default` unless said. */
  namespace?: string | undefined;
  /** The service account that it runs as, such as `default`. It is made where it is not there. */
  serviceAccount?: string | undefined;
  /** The user that it is. */
  user?: string | undefined;
  /** The user's groups. */
  groups?: readonly string[] | undefined;
}

/** Something that goes wrong on purpose: what, for which requests (all, unless said), and how often (always, unless said). */
export type Fault = FaultKind & {
  /** For requests of these verbs. */
  verbs?: readonly Verb[] | undefined;
  /** For those of this resource, such as `configmaps`. */
  resource?: string | undefined;
  namespace?: string | undefined;
  name?: string | undefined;
  /** So many such requests are spared first. */
  after?: number | undefined;
  /** So many are befallen, and no more. */
  times?: number | undefined;
  /** So many of a hundred, by dice of the seed. */
  percent?: number | undefined;
};

/** What goes wrong. */
export type FaultKind =
  /** The server says no, in its words: 410 for lists and watches, 500, 503, 504, 401, and 409 for replaces and patches. */
  | { fault: "expired" | "internalError" | "unavailable" | "timeout" | "unauthorized" | "conflict" }
  /** 429, with the seconds of `Retry-After`: 1 unless said. */
  | { fault: "tooManyRequests"; retryAfter?: number | undefined }
  /** The request is done so many milliseconds later. */
  | { fault: "slow"; by: number }
  /** The connection is lost: before the request is done, or after, before its answer. */
  | { fault: "lost" | "answerLost" }
  /** It is lost after so many bytes of a body, or events of a watch; or the watch ends after so many events. */
  | { fault: "cutAfter" | "watchEndsAfter"; count: number };

/** A request that was answered. */
export interface Logged {
  /** When, in milliseconds since the sandbox was made. */
  at: number;
  method: string;
  /** Path and query. */
  target: string;
  /** The HTTP status; 0 where there was no answer. */
  status: number;
}
