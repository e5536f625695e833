import type { ConnectOptions, PasswordCredentials } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureOf } from "@mailfleet/contracts";
import type { PasswordMechanism } from "./mechanisms.ts";
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

/**
 * PLAIN, or LOGIN where a server has nothing else, or where its PLAIN does not work: the other one is tried over the same
 * connection if the refusal is about the mechanism, and once for each password if it may be about either. An
 * authorization identity needs PLAIN: left out, the message would be sent as the user who signs in.
 */
async function presentPassword(signingIn: SigningIn, credentials: PasswordCredentials): Promise<string> {
  const { capabilities, mechanisms, server } = signingIn;
  const { authorizationIdentity: identity = "" } = credentials;
  const usable = (["PLAIN", "LOGIN"] as const).filter(
    (name) => capabilities.auth.includes(name) && !whyNot(name, credentials),
  );
  const [only] = usable;
  if (!only) {
    const reason = (["PLAIN", "LOGIN"] as const).find((name) => capabilities.auth.includes(name));
    throw notOffered(capabilities, reason ? `; ${whyNot(reason, credentials)}` : "");
  }
  const { known, note } = mechanisms.of(server, credentials);
  const first = known.first && usable.includes(known.first) ? known.first : only;
  const other = usable.find((name) => name !== first);
  const said = (name: PasswordMechanism) => `${name} as ${credentials.username}${identity ? ` for ${identity}` : ""}`;
  try {
    await by[first](signingIn, credentials);
    return said(first);
  } catch (error) {
    if (!other || !(error instanceof FailureError)) throw error;
    const doubt = doubtOf(error.failure);
    if (doubt === "none" || (doubt === "password" && !known.mayTryOther)) throw error;
    // Written down first: the server may close the connection now, and the next one then begins with the other.
    note({ first: other, mayTryOther: doubt === "mechanism" });
    try {
      await by[other](signingIn, credentials);
    } catch (second) {
      const isLost = second instanceof FailureError && second.failure.code === "CONNECTION_LOST";
      if (!isLost) note({ first, mayTryOther: false });
      throw error;
    }
    return `${said(other)} (${first} is refused)`;
  }
}

/** Why a mechanism cannot carry these credentials; `null`: it can. */
function whyNot(name: PasswordMechanism, credentials: PasswordCredentials): string | null {
  const { username, password, authorizationIdentity: identity } = credentials;
  if (name === "LOGIN") return identity ? "an authorization identity needs PLAIN" : null;
  const hasNul = [username, password.reveal(), identity ?? ""].some((text) => text.includes("\0"));
  return hasNul ? "PLAIN cannot carry a user name or password with a NUL in it (RFC 4616 §2)" : null;
}

/** What a refusal leaves open: whether the mechanism works here, or whether the password is wrong. */
function doubtOf({ code, evidence }: Failure): "mechanism" | "password" | "none" {
  const basic = Number(evidence?.reply?.slice(0, 3));
  if (code === "AUTHENTICATION_NOT_OFFERED") return basic === 530 || basic === 538 ? "none" : "mechanism";
  if (code !== "AUTHENTICATION_REJECTED" || basic === 534) return "none";
  return basic === 535 ? "password" : "mechanism";
}

type Present = (signingIn: SigningIn, credentials: PasswordCredentials) => Promise<void>;

const by: Record<PasswordMechanism, Present> = {
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
