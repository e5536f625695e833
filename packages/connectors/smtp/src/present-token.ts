import { redactSecrets, type TokenCredentials, tokenExchange } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureOf } from "@mailfleet/contracts";
import { notOffered, type SigningIn, signedIn } from "./signing-in.ts";

/** The server does not take this token; another one may do. */
export class TokenRefused extends FailureError {
  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(failure, options);
    this.name = "TokenRefused";
  }
}

/** Asks for a token and signs in with it. Says how. */
export async function presentToken(signingIn: SigningIn, credentials: TokenCredentials): Promise<string> {
  const { command, capabilities, server, secrets, renew, signal } = signingIn;
  const { username } = credentials;
  const mechanism = tokenExchange(capabilities.auth);
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
