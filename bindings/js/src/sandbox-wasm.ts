import { readSandbox } from "#host";
import { initSync } from "./sandbox-core.js";

let loaded = false;

/**
 * Loads the sandbox. In Node it loads by itself; elsewhere give it the bytes of `kubewire/sandbox.wasm`, or the compiled module, before anything
 * else. Calls after the first do nothing. Its clients need the core too: see `ready` of `kubewire`.
 */
export async function ready(source?: object): Promise<void> {
  if (!loaded) initSync({ module: (source as WebAssembly.Module | undefined) ?? readSandbox() });
  loaded = true;
}
