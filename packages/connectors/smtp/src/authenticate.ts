import type { ConnectOptions, PasswordCredentials } from "@mailfleet/connector-api";
import { presentToken } from "./present-token.ts";
import { notOffered, type SigningIn, signedIn } from "./signing-in.ts";

const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");

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
 * PLAIN (RFC 4616), or LOGIN where a server has nothing else. An authorization identity needs PLAIN: left out, the
 * message would be sent as the user who signs in.
 */
async function presentPassword({ command, capabilities }: SigningIn, credentials: PasswordCredentials) {
  const { username, password, authorizationIdentity: identity = "" } = credentials;
  if (capabilities.auth.includes("PLAIN")) {
    const response = base64(`${identity}\0${username}\0${password.reveal()}`);
    await signedIn(command("auth", `AUTH PLAIN ${response}\r\n`, "AUTH PLAIN"));
    return `PLAIN as ${username}${identity ? ` for ${identity}` : ""}`;
  }
  if (capabilities.auth.includes("LOGIN") && !identity) {
    await command("auth", "AUTH LOGIN\r\n", "AUTH LOGIN");
    await command("auth", `${base64(username)}\r\n`, "AUTH LOGIN");
    await signedIn(command("auth", `${base64(password.reveal())}\r\n`, "AUTH LOGIN"));
    return `LOGIN as ${username}`;
  }
  throw notOffered(capabilities, identity ? "; an authorization identity needs PLAIN" : "");
}
