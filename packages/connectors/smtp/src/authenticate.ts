import type { ConnectOptions } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { Capabilities } from "./capabilities.ts";
import type { Stage } from "./classify-reply.ts";
import type { SmtpReply } from "./reply.ts";

/** Sends a line and gives the reply; throws `FailureError` for a refusal. `shown` is what evidence may hold. */
export type Command = (stage: Stage, line: string, shown?: string) => Promise<SmtpReply>;

const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");

/**
 * Signs in with PLAIN (RFC 4616), or LOGIN where a server has nothing else. Says which. Neither user name nor password
 * gets into evidence.
 */
export async function authenticate(
  command: Command,
  capabilities: Capabilities,
  credentials: NonNullable<ConnectOptions["credentials"]>,
): Promise<string> {
  const { username, password } = credentials;
  if (capabilities.auth.includes("PLAIN")) {
    await signedIn(command("auth", `AUTH PLAIN ${base64(`\0${username}\0${password.reveal()}`)}\r\n`, "AUTH PLAIN"));
    return `PLAIN as ${username}`;
  }
  if (capabilities.auth.includes("LOGIN")) {
    await command("auth", "AUTH LOGIN\r\n", "AUTH LOGIN");
    await command("auth", `${base64(username)}\r\n`, "AUTH LOGIN");
    await signedIn(command("auth", `${base64(password.reveal())}\r\n`, "AUTH LOGIN"));
    return `LOGIN as ${username}`;
  }
  const offered = capabilities.auth.join(" ") || "nothing";
  throw new FailureError(failureOf("AUTHENTICATION_NOT_OFFERED", { reply: `offered: ${offered}` }));
}

/** Only 235 is success (RFC 4954 §4); 334 at this point asks for something that nobody has. */
async function signedIn(answer: Promise<SmtpReply>): Promise<void> {
  const reply = await answer;
  if (reply.code >= 300)
    throw new FailureError(failureOf("AUTHENTICATION_REJECTED", { command: "AUTH", reply: reply.text }));
}
