import {
  createWaysToSignIn,
  type PasswordCredentials,
  type TokenCredentials,
  tokenExchange,
  type WayToSignIn,
  type WhatFailed,
} from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { type Capabilities, offered } from "./capabilities.ts";
import { Refused } from "./classify-failure.ts";
import { codeOfReply } from "./reply-rules.ts";
import type { Wire } from "./wire.ts";

/** What a sign-in needs in addition to the credentials. */
export interface SignInOptions {
  /** Ask for a new token. */
  readonly renew: boolean;
  readonly signal: AbortSignal;
  readonly server: { readonly host: string; readonly port: number };
  /** Collects what must not appear in evidence. */
  readonly secrets: Set<string>;
}

const passwords = createWaysToSignIn();

/**
 * Signs in with a password (USER and PASS, RFC 1939 §7; AUTH PLAIN, RFC 5034) or a token (XOAUTH2; OAUTHBEARER, RFC
 * 7628). An authorization identity is sent or the sign-in fails: USER and PASS would read the wrong inbox. Throws
 * `Refused` with the server's words, or `FailureError`.
 */
export async function signIn(
  wire: Wire,
  capabilities: Capabilities,
  credentials: PasswordCredentials | TokenCredentials,
  options: SignInOptions,
): Promise<void> {
  if (credentials.type === "token") return signInWithToken(wire, capabilities, credentials, options);
  const password = credentials.password.reveal();
  const { username, authorizationIdentity = "" } = credentials;
  options.secrets.add(password);
  const plain = capabilities.sasl.includes("PLAIN");
  if (authorizationIdentity && !plain)
    throw notOffered(`${offered(capabilities)}; an authorization identity needs SASL PLAIN`);
  // These characters would end the command.
  if (/[\0\r\n]/.test(username + password + authorizationIdentity))
    throw new FailureError(
      failureOf("AUTHENTICATION_REJECTED", { reply: "user name or password holds a line break; it was not sent" }),
    );
  // Every server knows USER and PASS, but only ASCII is sure to be understood (RFC 6856 §2.2), and the name may hold no
  // space (RFC 1939 §3: arguments are separated by spaces).
  const simple = /^[\x21-\x7e]+$/.test(username) && /^[\x20-\x7e]+$/.test(password);
  const byPlain: WayToSignIn = {
    name: "SASL PLAIN",
    present: () =>
      saslExchange(
        wire,
        { name: "PLAIN", response: `${authorizationIdentity}\0${username}\0${password}`, afterChallenge: "*" },
        options.secrets,
      ),
  };
  if (authorizationIdentity) return byPlain.present();
  if (!capabilities.user && !plain) throw notOffered(`${offered(capabilities)}; a password needs USER or SASL PLAIN`);
  const byUser: WayToSignIn = { name: "USER and PASS", present: () => userAndPass(wire, username, password) };
  const ways = [...(capabilities.user ? [byUser] : []), ...(plain ? [byPlain] : [])];
  const { host, port } = options.server;
  await passwords.signIn({ server: `${host}:${port}`, username, password }, simple ? ways : ways.reverse(), whatFailed);
}

async function userAndPass(wire: Wire, username: string, password: string): Promise<void> {
  for (const [command, argument] of [
    ["USER", username],
    ["PASS", password],
  ] as const) {
    const reply = await wire.run(`${command} ${argument}`);
    if (reply.status !== "+OK") throw new Refused(command, reply.text);
  }
}

function whatFailed(error: unknown): WhatFailed {
  if (!(error instanceof Refused)) return "other";
  const code = codeOfReply(error.reply, "authenticate");
  return code === "AUTHENTICATION_NOT_OFFERED" ? "way" : code === "AUTHENTICATION_REJECTED" ? "credentials" : "other";
}

async function signInWithToken(
  wire: Wire,
  capabilities: Capabilities,
  credentials: TokenCredentials,
  { renew, signal, secrets, server }: SignInOptions,
): Promise<void> {
  const mechanism = tokenExchange(capabilities.sasl);
  if (!mechanism) throw notOffered(`${offered(capabilities)}; a token needs SASL XOAUTH2 or OAUTHBEARER`);
  const token = (await credentials.accessToken({ renew, signal })).reveal();
  secrets.add(token);
  const response = mechanism.response(credentials.username, token, server);
  return saslExchange(wire, { ...mechanism, response }, secrets);
}

/** One SASL exchange: the client's response, and its answer to a later challenge (`*` cancels, RFC 5034 §4). */
interface Exchange {
  readonly name: string;
  readonly response: string;
  readonly afterChallenge: string;
}

/**
 * AUTH in two steps. With a token, an initial response on the first line would exceed the 255 octets of RFC 5034 §4,
 * and older servers do not take one.
 */
async function saslExchange(
  wire: Wire,
  { name, response, afterChallenge }: Exchange,
  secrets: Set<string>,
): Promise<void> {
  const command = `AUTH ${name}`;
  const encoded = Buffer.from(response).toString("base64");
  const start = await wire.run(command);
  if (start.status === "+OK") throw notOffered(`the server accepted ${command} alone, as an unknown user`);
  if (start.status !== "+") throw new Refused(command, start.text);
  secrets.add(encoded);
  let reply = await wire.run(encoded);
  let challenge = "";
  if (reply.status === "+") {
    // The reason for a refused token (RFC 7628 §3.2.2). The refusal itself follows the client's answer.
    challenge = readable(Buffer.from(reply.text.slice(1).trim(), "base64").toString("utf8"));
    reply = await wire.run(afterChallenge);
  }
  if (reply.status !== "+OK") throw new Refused(command, reply.text, challenge);
  if (challenge) throw new Refused(command, reply.text, challenge);
}

function readable(text: string): string {
  return text
    .slice(0, 500)
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim();
}

function notOffered(reply: string): FailureError {
  return new FailureError(failureOf("AUTHENTICATION_NOT_OFFERED", { reply }));
}
