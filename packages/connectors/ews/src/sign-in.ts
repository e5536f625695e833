import { randomBytes } from "node:crypto";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { type Authentication, FailureError, failureOf, type Secret } from "@mailfleet/contracts";
import { channelBindings } from "./channel-bindings.ts";
import { authenticateMessage, type NtlmAccount, NtlmRefused, negotiateMessage } from "./ntlm.ts";
import { firstToken, messageIn, nextToken } from "./spnego.ts";

/** A way to sign in that HTTP knows (RFC 9110 §11). */
export type Scheme = "Bearer" | "NTLM" | "Negotiate" | "Basic";

/** What each setting allows, the first choice first: inside Negotiate we speak the same NTLM. */
const schemesOf: Readonly<Record<Authentication, readonly Scheme[]>> = {
  auto: ["NTLM", "Negotiate", "Basic"],
  negotiate: ["Negotiate"],
  ntlm: ["NTLM"],
  basic: ["Basic"],
  oauth: ["Bearer"],
};

/** A connection that is signed in to. */
export interface SignedConnection {
  readonly host: string;
  /** The server's, in DER; `null`: the connection is not secured. */
  readonly certificate: Uint8Array | null;
}

/** The messages that sign a connection in: they follow each other on it. */
export interface Handshake {
  readonly first: string;
  /** What answers a challenge. Throws `FailureError` for one that is not answered. */
  answer(challenge: string, connection: SignedConnection): string;
}

/** How a session signs in: what its requests carry. */
export interface SignIn {
  /** The one that is used; `null`: the server was not asked yet which it offers. */
  readonly scheme: Scheme | null;
  /** What is taken out of the server's words, in case it repeats it. */
  readonly secrets: ReadonlySet<string>;
  /** What the next request carries; `null`: nothing. */
  authorization(signal: AbortSignal): Promise<string | null>;
  /** What signs a connection in; `null`: each request does by itself. */
  handshake(): Handshake | null;
  /** The server took a request with what it carried. */
  accepted(carried: string | null): void;
  /** The server refused a request with what it carried. True: it may be tried again. Throws AUTHENTICATION_NOT_OFFERED. */
  refused(offered: readonly Scheme[], carried: string | null): boolean;
}

/** Throws CREDENTIALS_MISSING. */
export function signInWith({ credentials, server }: ConnectOptions): SignIn {
  if (!credentials) throw new FailureError(failureOf("CREDENTIALS_MISSING"));
  if (credentials.type === "token") return byToken(credentials.accessToken);
  const { username, password } = credentials;
  const allowed = schemesOf[server.authentication ?? "auto"];
  let scheme: Scheme | null = allowed.length === 1 ? (allowed[0] ?? null) : null;
  let chosen = scheme !== null;
  return {
    get scheme() {
      return scheme;
    },
    secrets: new Set([password.reveal()]),
    authorization: async () =>
      scheme === "Basic" ? `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString("base64")}` : null,
    handshake: () =>
      scheme === "NTLM" || scheme === "Negotiate"
        ? ntlmHandshake(scheme, { user: username, password: password.reveal() })
        : null,
    accepted: () => {},
    refused(offered) {
      const first = allowed.find((one) => offered.includes(one));
      if (first === undefined) throw notOffered(offered, allowed);
      if (chosen) return false;
      chosen = true;
      scheme = first;
      return true;
    },
  };
}

function ntlmHandshake(scheme: "NTLM" | "Negotiate", account: NtlmAccount): Handshake {
  const negotiate = negotiateMessage();
  const written = (token: Buffer) => `${scheme} ${token.toString("base64")}`;
  const wraps = scheme === "Negotiate";
  return {
    first: written(wraps ? firstToken(negotiate) : negotiate),
    answer(said, { host, certificate }) {
      const token = Buffer.from(said, "base64");
      const challenge = wraps ? messageIn(token) : token;
      if (challenge === null) throw kerberosWanted();
      const moment = {
        ...{ clientChallenge: randomBytes(8), now: Date.now(), service: `HTTP/${host}` },
        bindings: certificate && channelBindings(certificate),
      };
      try {
        const answer = authenticateMessage(account, { negotiate, challenge }, moment);
        return written(wraps ? nextToken(answer) : answer);
      } catch (error) {
        if (!(error instanceof NtlmRefused)) throw error;
        throw new FailureError(failureOf("NTLM_CHALLENGE_REFUSED", { reply: error.message }));
      }
    },
  };
}

function kerberosWanted(): FailureError {
  const reply =
    "the server wants Kerberos inside Negotiate, which Mailfleet does not speak: let it offer NTLM or Basic";
  return new FailureError(failureOf("AUTHENTICATION_NOT_OFFERED", { reply }));
}

function byToken(accessToken: (options: { renew: boolean; signal: AbortSignal }) => Promise<Secret>): SignIn {
  let held: Secret | null = null;
  let renew = false;
  /** It came in place of one that was refused, and nothing was taken with it yet. */
  let unproven = false;
  const secrets = new Set<string>();
  const written = (token: Secret) => `Bearer ${token.reveal()}`;
  return {
    scheme: "Bearer",
    secrets,
    async authorization(signal) {
      held ??= await accessToken({ renew, signal });
      renew = false;
      secrets.add(held.reveal());
      return written(held);
    },
    handshake: () => null,
    accepted(carried) {
      if (held && carried === written(held)) unproven = false;
    },
    refused(_, carried) {
      // Another request of the session renews it, or has done so.
      if (held === null || carried !== written(held)) return true;
      if (unproven) return false;
      unproven = true;
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
