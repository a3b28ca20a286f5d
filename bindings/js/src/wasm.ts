import { readCore } from "#host";
import { initSync } from "./core.js";

/** The core's memory, once it is loaded. */
let memory: WebAssembly.Memory | undefined;

/**
 * Loads the core. In Node it loads by itself; elsewhere give it the bytes of `kubewire/core.wasm`, or the compiled module, before anything
 * else. Calls after the first do nothing.
 *
 * ```js
 * import module from "kubewire/core.wasm";
 * await ready(module);
 * ```
 */
export async function ready(source?: object): Promise<void> {
  memory ??= initSync({ module: (source as WebAssembly.Module | undefined) ?? readCore() }).memory;
}

/** The numbers of a table in the core's memory. A view is valid until the core's next call, since memory may grow. */
export function table(at: number, slots: number): Uint32Array {
  return new Uint32Array(buffer(), at, slots);
}

/** The bytes that two slots of a table name, valid as long as the table. */
export function view(slots: Uint32Array, slot: number): Uint8Array {
  return new Uint8Array(buffer(), slots[slot], slots[slot + 1]);
}

/** The text that two slots of a table name. */
export function text(slots: Uint32Array, slot: number): string {
  return decoder.decode(view(slots, slot));
}

const decoder = new TextDecoder();

function buffer(): ArrayBuffer {
  if (memory === undefined) throw new Error("kubewire's core is not loaded: await ready() first");
  return memory.buffer;
}
