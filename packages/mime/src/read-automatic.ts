import type { MessageHeaders } from "./read-headers.ts";

type Read = (headers: MessageHeaders) => string | null;

const isOwnWord = /^auto[-_ ]?(?:reply|replied|respon(?:se|der))/i;

/** By which field a message is automatic, and when its value says so. */
const rules: readonly (readonly [name: string, of: Read, says: RegExp])[] = [
  // Comments and parameters may follow (RFC 3834 §5).
  ["Auto-Submitted", ({ autoSubmitted }) => autoSubmitted, /^(?!\s*no\b)/i],
  ["Return-Path", ({ returnPath }) => returnPath, /^\s*<\s*>/],
  ["Content-Type", ({ contentType }) => contentType, /^\s*multipart\/report\b/i],
  ["X-Autoreply or X-Autorespond", ({ autoreply }) => autoreply, /^(?!\s*(?:no|false)\b)/i],
  ["Precedence", ({ precedence }) => precedence, /^\s*(?:bulk|junk|list|auto[-_]?reply)\b/i],
  ["List-Id", ({ listId }) => listId, /./],
  ["X-Auto-Response-Suppress", ({ suppress }) => suppress, /\b(?:all|oof|autoreply)\b/i],
  ["From", ({ from }) => from[0]?.address ?? null, /^(?:mailer-?daemon|mail-?daemon)@/i],
];
const LONGEST = 100;

/**
 * Why a message must not be answered automatically (RFC 3834 §2, and what was usual before): the field that says it, as
 * `Auto-Submitted: auto-replied`. `null`: nothing says that it is automatic.
 */
export function automaticBecause(headers: MessageHeaders): string | null {
  for (const [name, of, says] of rules) {
    const value = of(headers);
    if (value !== null && says.test(value)) return `${name}: ${value.trim().slice(0, LONGEST)}`;
  }
  return null;
}

/** Whether a message is an automatic answer to another one, which a loop is made of; a notice that goes out by itself is none. */
export function isAutomaticAnswer({ autoSubmitted, precedence, autoreply }: MessageHeaders): boolean {
  return (
    [autoSubmitted, precedence].some((value) => isOwnWord.test(value?.trim() ?? "")) ||
    /^\s*(?:yes|true)\b/i.test(autoreply ?? "")
  );
}
