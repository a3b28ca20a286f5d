/**
 * Kubewire: the Kubernetes API client without the IO, for JavaScript. Begin with {@link Client.inCluster}.
 *
 * @packageDocumentation
 */
export { Answer } from "./answer.js";
export { Client, type CallOptions, type ClientOptions, type OnExpired, type Options, type PathOptions } from "./client.js";
export { type Candidate, Election, type ElectionEvent } from "./election.js";
export { type ErrorEvent, Events, type Watch } from "./events.js";
export { KubeError, type Stage, type Status } from "./errors.js";
export {
  type FailureKind,
  type FormedRequest,
  type Host,
  type HostAnswer,
  type HostRequest,
  RequestFailure,
  type Trust,
} from "./host.js";
export { Informer, type InformerEvent } from "./informer.js";
export type { FollowEvent, FollowOptions, LogLine, LogOptions } from "./logs.js";
export type { KubeObject, List, Page, WatchEvent } from "./objects.js";
export type { Operation, Parameters, PatchType, Scalar, Verb } from "./operation.js";
export { type FormOptions, formRequest, type RawAnswer, readAnswer } from "./sans-io.js";
export type { SessionOptions } from "./session.js";
export type { Watcher, WatcherEvent } from "./watcher.js";
export { ready } from "./wasm.js";
