import { Core, Fields } from "./core.js";
import { orThrow } from "./errors.js";

/** Where the API server is, and where our credentials are. */
export interface SessionOptions {
  /** The environment, instead of the host's: `KUBERNETES_SERVICE_HOST`, `KUBERNETES_SERVICE_PORT` and `POD_NAMESPACE`. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The server's URL, instead of the environment's; without credentials unless `mount` says where they are. */
  server?: string | undefined;
  /** The folder of `token`, `ca.crt` and `namespace`, instead of the one where the kubelet mounts them. */
  mount?: string | undefined;
  /** A token, such as a TokenRequest gives, instead of the mount's; the authority is still the mount's. Nothing renews it: after a 401 create another. */
  token?: string | undefined;
  /** The namespace that the program counts as its own, instead of the environment's and the mount's. */
  namespace?: string | undefined;
  /** What to do where there is no `ca.crt`: refuse, or trust the authorities that the system trusts. */
  missingCa?: "Refuse" | "SystemRoots" | undefined;
  /** Lets the token travel over plain http, where whoever listens can take it. */
  allowPlainHttp?: boolean | undefined;
  /** How the program calls itself in the server's logs, such as `shop/1.2`. */
  userAgent?: string | undefined;
}

/** Hands the options over, field by field. */
export function openSession(options: SessionOptions): Core {
  const fields = new Fields();
  const put = (field: string, value: string | undefined) => value !== undefined && fields.set(field, value);
  for (const name of ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "POD_NAMESPACE"]) {
    put(`env.${name}`, options.env?.[name]);
  }
  put("server", options.server);
  put("mount", options.mount);
  put("token", options.token);
  put("namespace", options.namespace);
  put("userAgent", options.userAgent);
  if (options.missingCa === "SystemRoots") put("systemRoots", "");
  if (options.allowPlainHttp === true) put("allowPlainHttp", "");
  try {
    return orThrow(fields, Core.open(fields));
  } finally {
    fields.free();
  }
}
