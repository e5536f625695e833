import { FailureError, failureOf } from "@mailfleet/contracts";
import type { Capabilities } from "./capabilities.ts";
import type { SmtpReply } from "./reply.ts";
import type { Stage } from "./reply-rules.ts";

/** Sends a line and gives the reply; throws `FailureError` for a refusal. `shown` is what evidence may hold. */
export type Command = (stage: Stage, line: string, shown?: string) => Promise<SmtpReply>;

/** What signing in needs of the connection it happens on. */
export interface SigningIn {
  readonly command: Command;
  readonly capabilities: Capabilities;
  readonly server: { readonly host: string; readonly port: number };
  /** What no evidence may hold; what is used is added before it is sent. */
  readonly secrets: Set<string>;
  /** The token given last was refused. */
  readonly renew: boolean;
  readonly signal: AbortSignal;
}

/** Says what the server does offer. */
export function notOffered(capabilities: Capabilities, wanted: string): FailureError {
  const offered = capabilities.auth.join(" ") || "nothing";
  return new FailureError(failureOf("AUTHENTICATION_NOT_OFFERED", { reply: `offered: ${offered}${wanted}` }));
}

/** Only 235 is success (RFC 4954 §4); 334 at this point asks for something that nobody has. */
export async function signedIn(answer: Promise<SmtpReply>): Promise<void> {
  const reply = await answer;
  if (reply.code >= 300)
    throw new FailureError(failureOf("AUTHENTICATION_REJECTED", { command: "AUTH", reply: reply.text }));
}
