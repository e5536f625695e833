import type { ConnectOptions } from "@mailfleet/connector-api";
import { type Authentication, FailureError, failureOf, type Secret } from "@mailfleet/contracts";

/** A way to sign in that HTTP knows (RFC 9110 §11). */
export type Scheme = "Bearer" | "Negotiate" | "NTLM" | "Basic";

/** What each setting allows, the strongest first. */
const schemesOf: Readonly<Record<Authentication, readonly Scheme[]>> = {
  auto: ["Negotiate", "NTLM", "Basic"],
  negotiate: ["Negotiate"],
  ntlm: ["NTLM"],
  basic: ["Basic"],
  oauth: ["Bearer"],
};

/** How a session signs in: what its requests carry. */
export interface SignIn {
  /** The one that is used; `null`: the server was not asked yet which it offers. */
  readonly scheme: Scheme | null;
  /** What the next request carries; `null`: nothing. */
  authorization(signal: AbortSignal): Promise<string | null>;
  /** The server refused a request. True: the request may be tried again. Throws AUTHENTICATION_NOT_OFFERED. */
  refused(offered: readonly Scheme[]): boolean;
}

/** Throws CREDENTIALS_MISSING. */
export function signInWith({ credentials, server }: ConnectOptions): SignIn {
  if (!credentials) throw new FailureError(failureOf("CREDENTIALS_MISSING"));
  if (credentials.type === "token") return byToken(credentials.accessToken);
  const allowed = schemesOf[server.authentication ?? "auto"];
  let scheme: Scheme | null = allowed.length === 1 ? (allowed[0] ?? null) : null;
  let asked = scheme !== null;
  const basic = () =>
    `Basic ${Buffer.from(`${credentials.username}:${credentials.password.reveal()}`).toString("base64")}`;
  return {
    get scheme() {
      return scheme;
    },
    authorization: async () => (scheme === "Basic" ? basic() : null),
    refused(offered) {
      if (asked) return false;
      asked = true;
      scheme = allowed.find((one) => offered.includes(one)) ?? null;
      if (scheme === null) throw notOffered(offered, allowed);
      return true;
    },
  };
}

function byToken(accessToken: (options: { renew: boolean; signal: AbortSignal }) => Promise<Secret>): SignIn {
  let held: Secret | null = null;
  let renew = false;
  let renewed = false;
  return {
    scheme: "Bearer",
    async authorization(signal) {
      held ??= await accessToken({ renew, signal });
      renew = false;
      return `Bearer ${held.reveal()}`;
    },
    refused() {
      if (renewed) return false;
      renewed = true;
      renew = true;
      held = null;
      return true;
    },
  };
}

function notOffered(offered: readonly string[], wanted: readonly string[]): FailureError {
  const reply = `the server offers ${offered.join(", ") || "no way to sign in"}; the profile allows ${wanted.join(", ")}`;
  return new FailureError(failureOf("AUTHENTICATION_NOT_OFFERED", { reply }));
}

const schemes: readonly Scheme[] = ["Bearer", "Negotiate", "NTLM", "Basic"];

/** The ways that `WWW-Authenticate` offers, with what stands behind each (RFC 9110 §11.6.1). */
export function challengesIn(field: string): Map<Scheme, string> {
  const found = new Map<Scheme, string>();
  for (const part of field
    .slice(0, 32_768)
    .replace(/"(?:[^"\\]|\\.)*"?/g, '""')
    .split(",")) {
    const [, name = "", said = ""] =
      /^\s*([A-Za-z]+)(?:\s+(\S+))?\s*$/.exec(part) ?? /^\s*([A-Za-z]+)\s+\S/.exec(part) ?? [];
    const scheme = schemes.find((one) => one.toLowerCase() === name.toLowerCase());
    if (scheme && !found.has(scheme)) found.set(scheme, said);
  }
  return found;
}
