import { redactSecrets, type TokenCredentials } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureOf } from "@mailfleet/contracts";
import { notOffered, type SigningIn, signedIn } from "./signing-in.ts";

/** The server does not take this token; another one may do. */
export class TokenRefused extends FailureError {
  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(failure, options);
    this.name = "TokenRefused";
  }
}

/** One way of handing a token over: what is sent, and what ends the exchange after a challenge. */
interface Mechanism {
  readonly name: string;
  response(username: string, token: string, server: { host: string; port: number }): string;
  readonly afterChallenge: string;
}

/** XOAUTH2 first: Google and Microsoft document nothing else for SMTP. */
const mechanisms: readonly Mechanism[] = [
  {
    name: "XOAUTH2",
    response: (username, token) => `user=${username}\x01auth=Bearer ${token}\x01\x01`,
    afterChallenge: "",
  },
  {
    // RFC 7628 §3.1, §3.2.3; a comma and an equals sign in the name are written as RFC 5801 §4 says.
    name: "OAUTHBEARER",
    response: (username, token, { host, port }) => {
      const name = username.replaceAll("=", "=3D").replaceAll(",", "=2C");
      return `n,a=${name},\x01host=${host}\x01port=${port}\x01auth=Bearer ${token}\x01\x01`;
    },
    afterChallenge: "AQ==",
  },
];

/** Asks for a token and signs in with it. Says how. */
export async function presentToken(signingIn: SigningIn, credentials: TokenCredentials): Promise<string> {
  const { command, capabilities, server, secrets, renew, signal } = signingIn;
  const { username } = credentials;
  const mechanism = mechanisms.find(({ name }) => capabilities.auth.includes(name));
  if (!mechanism) throw notOffered(capabilities, "; a token needs XOAUTH2 or OAUTHBEARER");
  const token = (await credentials.accessToken({ renew, signal })).reveal();
  secrets.add(token);
  const response = Buffer.from(mechanism.response(username, token, server)).toString("base64");
  const shown = `AUTH ${mechanism.name}`;
  let challenge = "";
  try {
    const reply = await command("auth", `${shown} ${response}\r\n`, shown);
    if (reply.code === 334) {
      // The reason of a refusal, which itself only comes when the exchange was ended.
      challenge = challengeIn(reply.lines[0] ?? "");
      await signedIn(command("auth", `${mechanism.afterChallenge}\r\n`, shown));
    }
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    throw refusal(error, redactSecrets(challenge, secrets), renew);
  }
  return `${mechanism.name} as ${username}${renew ? ", with a renewed token" : ""}`;
}

/** What a refusal means for a token; other failures (too many logins, switched off) stay what they are. */
function refusal(error: FailureError, challenge: string, renew: boolean): FailureError {
  const { failure } = error;
  const words = [failure.evidence?.reply, challenge].filter(Boolean).join("; ").slice(0, 2000);
  const evidence = { ...failure.evidence, ...(words && { reply: words }) };
  const cause = { cause: error };
  if (failure.code !== "AUTHENTICATION_REJECTED") return new FailureError({ ...failure, evidence }, cause);
  if (/"insufficient_scope"/.test(challenge)) return new FailureError(failureOf("CONSENT_TOO_NARROW", evidence), cause);
  if (renew) return new FailureError(failureOf("CONSENT_EXPIRED", evidence), cause);
  return new TokenRefused({ ...failure, evidence }, cause);
}

/** The challenge of RFC 7628 §3.2.2 on one line; as it came if it is something else. */
function challengeIn(text: string): string {
  try {
    return JSON.stringify(JSON.parse(Buffer.from(text, "base64").toString("utf8")));
  } catch {
    return text;
  }
}
