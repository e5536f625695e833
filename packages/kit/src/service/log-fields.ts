import type { Failure } from "@mailfleet/contracts";
import { withHashedAddresses } from "./address.ts";

/** A log line is for one look; the whole reply is in the alert. */
const longestReply = 300;

/**
 * A failure as log lines show it: `code`, the `command` that was answered, the server's own `reply` without control
 * characters, at most 300 characters of it, with the addresses in it hashed.
 */
export function failureFields({ code, evidence = {} }: Failure): { code: string; command?: string; reply?: string } {
  const { command, reply, systemCode } = evidence;
  const words = reply ?? systemCode;
  return {
    code,
    ...(command === undefined ? {} : { command }),
    ...(words === undefined ? {} : { reply: inOneLine(words) }),
  };
}

function inOneLine(words: string): string {
  return withHashedAddresses(words.slice(0, longestReply).replace(/\p{Cc}+/gu, " "));
}
