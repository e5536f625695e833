import type { RefusedMessage } from "@mailfleet/connector-api";
import { FailureError, failureCodes, failureOf } from "@mailfleet/contracts";

/** A message that the server lists and does not give, or that could not be stored: the mailbox goes on without it. */
export interface SetAside {
  /** What its connector calls it. */
  readonly name: string;
  readonly tries: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly nextAt: number;
  /** The words with which it was refused last. */
  readonly words: string;
}

/** More than this many are not single bad messages, but a server that does not work. */
const most = 200;
const firstPauseMs = 60_000;
const longestPauseMs = 86_400_000;

/** Names of those that are to be tried again now. */
export function dueAgain(aside: readonly SetAside[], at: number): string[] {
  return aside.filter(({ nextAt }) => nextAt <= at).map(({ name }) => name);
}

/** What is set aside after a try: those that were refused wait, longer each time; those that were settled are off. */
export function afterTry(
  aside: readonly SetAside[],
  { refused, settled, at }: { refused: readonly RefusedMessage[]; settled: ReadonlySet<string>; at: number },
): readonly SetAside[] {
  const words = new Map(refused.map(({ name, failure }) => [name, wordsOf(failure)]));
  const before = new Map(aside.map((one) => [one.name, one]));
  const kept = aside.filter(({ name }) => !settled.has(name) && !words.has(name));
  const again = [...words].map(([name, said]): SetAside => {
    const { tries = 0, since = at } = before.get(name) ?? {};
    const nextAt = at + Math.min(longestPauseMs, firstPauseMs * 2 ** tries);
    return { name, tries: tries + 1, since, nextAt, words: said };
  });
  const after = [...kept, ...again];
  if (after.length <= most) return after;
  const reply = `${after.length} messages are refused, the last one with: ${again.at(-1)?.words ?? ""}`;
  throw new FailureError(failureOf("PROTOCOL_ERROR", { reply: reply.slice(0, 500) }));
}

/** The server's words, or ours where it had none. */
export function wordsOf({ code, evidence }: RefusedMessage["failure"]): string {
  return (evidence?.reply ?? failureCodes[code].text).slice(0, 500);
}
