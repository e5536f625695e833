import { domainToASCII } from "node:url";
import type { Envelope } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { Capabilities } from "./capabilities.ts";

/** An envelope as commands. */
export interface WireEnvelope {
  readonly mail: string;
  readonly recipients: readonly string[];
  /** They say how a report is to name the message. */
  readonly named: boolean;
}

const ascii = /^[\x21-\x7e]*$/;

/**
 * MAIL and RCPT commands for this server (RFC 5321 §4.1.1.2-3). Throws a failure of the message where an address cannot
 * be said here: a line break (smuggling), or letters outside ASCII without SMTPUTF8 (RFC 6531 §3.1). Domains are always
 * written in ASCII.
 */
export function wireEnvelope(
  envelope: Envelope,
  message: { size: number; eightBit: boolean; international: boolean },
  capabilities: Capabilities,
): WireEnvelope {
  if (capabilities.size !== null && capabilities.size > 0 && message.size > capabilities.size)
    throw new FailureError(
      failureOf("MESSAGE_TOO_LARGE", { reply: `the server takes at most ${capabilities.size} bytes` }),
    );
  const from = path(envelope.from, "SENDER_REFUSED");
  const recipients = envelope.to.map((address) => path(address, "RECIPIENT_REFUSED"));
  const addressed = [from, ...recipients].find((address) => !ascii.test(address));
  if (addressed !== undefined && !capabilities.smtpUtf8)
    throw new FailureError(
      failureOf("SERVER_LACKS_EXTENSION", {
        reply: `the server does not take international addresses (SMTPUTF8): ${addressed}`,
      }),
    );
  // Asked for only where it is needed: what it touches is refused by servers further on that do not know it.
  const international = addressed !== undefined || message.international;
  const named = capabilities.dsn && envelope.id !== undefined;
  const parameters = [
    ...(capabilities.size === null ? [] : [`SIZE=${message.size}`]),
    ...(message.eightBit && capabilities.eightBit ? ["BODY=8BITMIME"] : []),
    ...(international ? ["SMTPUTF8"] : []),
    ...(named ? ["RET=HDRS", `ENVID=${envelope.id}`] : []),
  ];
  return {
    mail: `MAIL FROM:<${from}>${parameters.map((parameter) => ` ${parameter}`).join("")}\r\n`,
    recipients: recipients.map((address) => `RCPT TO:<${address}>${named ? original(address) : ""}\r\n`),
    named,
  };
}

/** RFC 3461 §4.2, as xtext. Nothing for an international address, whose form servers seldom know (RFC 6533). */
function original(address: string): string {
  if (!ascii.test(address)) return "";
  const parameter = ` ORCPT=rfc822;${address.replace(/[+=]/g, (one) => (one === "+" ? "+2B" : "+3D"))}`;
  return parameter.length > LONGEST_ORIGINAL ? "" : parameter;
}

/** So much longer a line may be for it (RFC 3461 §4.2). */
const LONGEST_ORIGINAL = 500;

function path(address: string, code: "SENDER_REFUSED" | "RECIPIENT_REFUSED"): string {
  const at = address.lastIndexOf("@");
  const written = at < 0 || ascii.test(address) ? address : `${address.slice(0, at)}@${inAscii(address.slice(at + 1))}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what must not pass.
  if (/[\x00-\x20<>\x7f]/.test(written))
    throw new FailureError({
      ...failureOf(code, { reply: "the address cannot be written in a command" }),
      kind: "message",
    });
  return written;
}

const inAscii = (domain: string) => domainToASCII(domain) || domain;
