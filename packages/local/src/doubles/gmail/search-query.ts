import type { StoredMessage } from "./mailbox.ts";
import { headerValue } from "./message-text.ts";

type Match = (message: StoredMessage) => boolean;

/** Operators of Gmail's search, as far as the double knows them. */
const operators: Readonly<Record<string, (value: string) => Match>> = {
  in: (value) => (value === "anywhere" ? () => true : hasLabel(value)),
  label: (value) => hasLabel(value),
  is: (value) => hasLabel(value),
  // After that second, not in it.
  after: (value) => (message) => Math.floor(message.internalDate / 1000) > secondsOf(value),
  before: (value) => (message) => Math.floor(message.internalDate / 1000) < secondsOf(value),
  rfc822msgid: (value) => (message) => bare(headerValue(message.raw, "Message-ID") ?? "") === bare(value),
  from: (value) => contains("From", value),
  to: (value) => contains("To", value),
  subject: (value) => contains("Subject", value),
};

const hasLabel =
  (value: string): Match =>
  (message) =>
    message.labelIds.includes(value.toUpperCase());
const contains =
  (field: string, value: string): Match =>
  (message) =>
    (headerValue(message.raw, field) ?? "").toLowerCase().includes(value.toLowerCase());
const bare = (id: string): string => id.replace(/^<|>$/g, "");
const secondsOf = (value: string): number =>
  /^\d{5,}$/.test(value) ? Number(value) : Date.parse(value.replaceAll("/", "-")) / 1000;

/**
 * What a search finds; an Error for an operator that the double does not know: Gmail would take it for words, a test
 * must notice.
 */
export function searchQuery(query: string): Match | Error {
  const matches: Match[] = [];
  for (const term of query.match(/(?:[^\s"]|"[^"]*")+/g) ?? []) {
    const [, minus, name = "", value = ""] = /^(-?)(\w+):(.+)$/.exec(term) ?? [];
    const operator = operators[name.toLowerCase()];
    if (!operator) return new Error(`The double does not know the search "${term}"`);
    const match = operator(value.replace(/^[("]|[)"]$/g, ""));
    matches.push(minus ? (message) => !match(message) : match);
  }
  return (message) => matches.every((match) => match(message));
}
