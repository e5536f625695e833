import {
  type ConnectOptions,
  createWaysToSignIn,
  type PasswordCredentials,
  type WhatFailed,
} from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { presentToken } from "./present-token.ts";
import { notOffered, type SigningIn, signedIn } from "./signing-in.ts";

const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
/** A command line with its end (RFC 5321 §4.5.3.1.4); a longer response is sent when it is asked for (RFC 4954 §4). */
const LONGEST_COMMAND = 512;

/**
 * Signs in and says how. Neither password nor token gets into evidence. A token that the server refuses is
 * `TokenRefused` once, and CONSENT_EXPIRED if it was renewed just now.
 */
export async function authenticate(
  signingIn: SigningIn,
  credentials: NonNullable<ConnectOptions["credentials"]>,
): Promise<string> {
  if (credentials.type === "token") return presentToken(signingIn, credentials);
  signingIn.secrets.add(credentials.password.reveal());
  return presentPassword(signingIn, credentials);
}

/** Ways to hand over a password (RFC 4616; LOGIN was never an RFC), the likeliest first. */
const mechanisms = ["PLAIN", "LOGIN"] as const;
type Mechanism = (typeof mechanisms)[number];

const passwords = createWaysToSignIn();

/**
 * PLAIN, or LOGIN where a server has nothing else, or where its PLAIN does not work. An authorization identity needs
 * PLAIN: left out, the message would be sent as the user who signs in.
 */
async function presentPassword(signingIn: SigningIn, credentials: PasswordCredentials): Promise<string> {
  const { capabilities, server } = signingIn;
  const { username, password, authorizationIdentity: identity = "" } = credentials;
  const offered = mechanisms.filter((name) => capabilities.auth.includes(name));
  const usable = offered.filter((name) => !whyNot(name, credentials));
  if (usable.length === 0) throw notOffered(capabilities, offered[0] ? `; ${whyNot(offered[0], credentials)}` : "");
  const ways = usable.map((name) => ({ name, present: () => present[name](signingIn, credentials) }));
  const who = { server: `${server.host}:${server.port}`, username, password: password.reveal() };
  const { by, insteadOf } = await passwords.signIn(who, ways, whatFailed);
  return `${by} as ${username}${identity ? ` for ${identity}` : ""}${insteadOf ? ` (${insteadOf} is refused)` : ""}`;
}

/** Why a mechanism cannot carry these credentials; `null`: it can. */
function whyNot(name: Mechanism, credentials: PasswordCredentials): string | null {
  const { username, password, authorizationIdentity: identity } = credentials;
  if (name === "LOGIN") return identity ? "an authorization identity needs PLAIN" : null;
  const hasNul = [username, password.reveal(), identity ?? ""].some((text) => text.includes("\0"));
  return hasNul ? "PLAIN cannot carry a user name or password with a NUL in it (RFC 4616 §2)" : null;
}

function whatFailed(error: unknown): WhatFailed {
  if (!(error instanceof FailureError)) return "other";
  const { code, evidence } = error.failure;
  const basic = Number(evidence?.reply?.slice(0, 3));
  if (code === "AUTHENTICATION_NOT_OFFERED") return basic === 530 || basic === 538 ? "other" : "way";
  if (code !== "AUTHENTICATION_REJECTED" || basic === 534) return "other";
  return basic === 535 ? "credentials" : "way";
}

type Present = (signingIn: SigningIn, credentials: PasswordCredentials) => Promise<void>;

const present: Record<Mechanism, Present> = {
  async PLAIN({ command }, { username, password, authorizationIdentity: identity = "" }) {
    const response = base64(`${identity}\0${username}\0${password.reveal()}`);
    const line = `AUTH PLAIN ${response}\r\n`;
    const reply = await command("auth", line.length > LONGEST_COMMAND ? "AUTH PLAIN\r\n" : line, "AUTH PLAIN");
    // Some servers overlook a response that comes with the command, and ask for it.
    if (reply.code === 334) await signedIn(command("auth", `${response}\r\n`, "AUTH PLAIN"));
  },
  async LOGIN({ command }, { username, password }) {
    const asked = await command("auth", "AUTH LOGIN\r\n", "AUTH LOGIN");
    if (asked.code !== 334)
      throw new FailureError(failureOf("AUTHENTICATION_NOT_OFFERED", { command: "AUTH LOGIN", reply: asked.text }));
    await command("auth", `${base64(username)}\r\n`, "AUTH LOGIN");
    await signedIn(command("auth", `${base64(password.reveal())}\r\n`, "AUTH LOGIN"));
  },
};
