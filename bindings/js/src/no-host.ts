import { KubeError } from "./errors.js";
import type { Host } from "./host.js";

/** Where the package has no host of its own. */
export function createHost(): Host {
  throw new KubeError("Config", "kubewire has no host module for this runtime yet: give one, as `Client.inCluster({ host })`");
}

/** Where the package cannot fetch its WebAssembly file by itself. */
export function readCore(): Uint8Array<ArrayBuffer> {
  throw new KubeError("Config", "kubewire cannot find its WebAssembly file in this runtime: call `ready(bytes)` with kubewire/core.wasm first");
}

/** The same for the sandbox's. */
export function readSandbox(): Uint8Array<ArrayBuffer> {
  const how = "call `ready(bytes)` of kubewire/sandbox with kubewire/sandbox.wasm first";
  throw new KubeError("Config", `kubewire cannot find the sandbox's WebAssembly file in this runtime: ${how}`);
}
