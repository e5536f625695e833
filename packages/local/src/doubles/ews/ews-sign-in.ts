import { createHash, X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { TokenMeaning } from "../oauth/requests-and-tokens.ts";
import { accountOf, type EwsAccount, ntDomain } from "./ews-accounts.ts";
import { challengeMessage, type NtlmExchange, newChallenge, ntlmType, provesPassword, readAnswer } from "./ntlm.ts";
import { unwrapped, wrapped } from "./spnego.ts";

/** Ways to sign in. */
export type EwsScheme = "Basic" | "NTLM" | "Negotiate" | "Bearer";

/** Who sent a request. `account: null`: an application, which acts for others only. */
export interface EwsCaller {
  readonly account: EwsAccount | null;
  readonly scheme: EwsScheme;
}

/** Who it is, or the challenges of a 401. */
export type SignIn =
  | { readonly caller: EwsCaller; readonly answer?: string }
  | { readonly challenges: readonly string[] };

export interface SignInOptions {
  readonly accounts: readonly EwsAccount[];
  readonly schemes: () => readonly EwsScheme[];
  readonly introspect?: ((token: string) => TokenMeaning | null) | undefined;
  /** The host that tokens must be for: an organisation's Exchange is a resource of its own. */
  readonly resource: () => string;
  /** PEM of the server's certificate, if clients must bind NTLM to it (Extended Protection). */
  readonly boundTo: () => string | undefined;
}

/** A token must be for this Exchange: an application's with everything that was consented to, or one of these permissions. */
const isFor = (host: string, { scopes }: TokenMeaning) =>
  scopes.some((scope) => {
    const [, resource, name = ""] = /^https:\/\/([^/]+)\/(.+)$/.exec(scope) ?? [];
    return resource === host && [".default", "full_access_as_app", "EWS.AccessAsUser.All"].includes(name);
  });

/** Signs requests in. NTLM belongs to its connection: once proven, it needs no header there (MS-NTHT). */
export function signIns({ accounts, schemes, introspect, resource, boundTo }: SignInOptions) {
  const exchanges = new WeakMap<Socket, NtlmExchange>();
  const proven = new WeakMap<Socket, EwsCaller>();
  const challenges: Readonly<Record<EwsScheme, string>> = {
    Negotiate: "Negotiate",
    NTLM: "NTLM",
    Basic: 'Basic realm="127.0.0.1"',
    Bearer: 'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", token_types="app_asserted_user_v1"',
  };
  const refused = (): SignIn => ({ challenges: schemes().map((scheme) => challenges[scheme]) });

  function basic(credentials: string): SignIn {
    const text = Buffer.from(credentials, "base64").toString();
    const colon = text.indexOf(":");
    const account = accountOf(accounts, text.slice(0, colon));
    if (!account || colon < 0 || account.password !== text.slice(colon + 1)) return refused();
    return { caller: { account, scheme: "Basic" } };
  }

  function bearer(token: string): SignIn {
    const meaning = introspect?.(token);
    if (!meaning || !isFor(resource(), meaning)) return refused();
    const account = meaning.account ? accountOf(accounts, meaning.account) : null;
    return account === undefined ? refused() : { caller: { account, scheme: "Bearer" } };
  }

  function ntlm(scheme: "NTLM" | "Negotiate", token: Buffer, socket: Socket): SignIn {
    const found = unwrapped(token);
    if (!found) return refused();
    const { message, isWrapped } = found;
    const shown = (bytes: Buffer | null) => {
      const given = isWrapped ? wrapped(bytes) : bytes;
      return given ? `${scheme} ${given.toString("base64")}` : undefined;
    };
    if (ntlmType(message) === 1) {
      const challenge = newChallenge();
      const made = challengeMessage(message, challenge, ntDomain);
      const pem = boundTo();
      const binding = pem ? { binding: channelBinding(pem) } : {};
      exchanges.set(socket, { negotiate: message, challenge, challengeMessage: made, ...binding });
      proven.delete(socket);
      return { challenges: [shown(made) ?? scheme] };
    }
    const exchange = exchanges.get(socket);
    const answer = readAnswer(message);
    exchanges.delete(socket);
    if (!exchange || !answer) return refused();
    const account = accountOf(accounts, answer.user, answer.domain);
    if (!account || !provesPassword(answer, account.password, exchange)) return refused();
    const caller: EwsCaller = { account, scheme };
    proven.set(socket, caller);
    const done = shown(null);
    return done === undefined ? { caller } : { caller, answer: done };
  }

  return (request: IncomingMessage): SignIn => {
    const [, name = "", credentials = ""] = /^(\w+) +(\S+)$/.exec(request.headers.authorization ?? "") ?? [];
    const scheme = schemes().find((one) => one.toLowerCase() === name.toLowerCase());
    if (request.headers.authorization === undefined) {
      const caller = proven.get(request.socket);
      return caller ? { caller } : refused();
    }
    if (scheme === "Basic") return basic(credentials);
    if (scheme === "Bearer") return bearer(credentials);
    return scheme ? ntlm(scheme, Buffer.from(credentials, "base64"), request.socket) : refused();
  };
}

/** MD5 of the channel's bindings as NTLM carries it (MS-NLMP 2.2.2.1, RFC 5929 section 4). */
function channelBinding(pem: string): Buffer {
  const hash = createHash("sha256").update(new X509Certificate(pem).raw).digest();
  const data = Buffer.concat([Buffer.from("tls-server-end-point:"), hash]);
  const head = Buffer.alloc(20);
  head.writeUInt32LE(data.length, 16);
  return createHash("md5").update(head).update(data).digest();
}
