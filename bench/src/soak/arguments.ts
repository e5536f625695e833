import { parseArgs } from "node:util";

/** What a soak is asked to do. */
export interface SoakArguments {
  readonly mailboxes: number;
  /** Of measuring; making the mailboxes and the last waiting come on top. */
  readonly minutes: number;
  /** Minutes that everything may take: no mailboxes are begun, and no minute is measured, that would go beyond. */
  readonly within: number;
  readonly pollSeconds: number;
  /** Messages a second that come in, and that are sent, over all mailboxes, on average. */
  readonly in: number;
  readonly out: number;
  /** A line of JSON a minute and one at the end, instead of text. */
  readonly json: boolean;
}

export const soakUsage = `usage: npm run soak -- [options]
  --mailboxes <n>      mailboxes; half are watched (IDLE), all are polled and can send (10000)
  --minutes <n>        how long is measured, after all are enabled (60)
  --within <n>         minutes that everything may take; fewer mailboxes and minutes are the consequence (1440)
  --poll-seconds <n>   interval between two polls of a mailbox (300)
  --in <n>             messages a second that arrive at the servers (10)
  --out <n>            messages a second that are submitted (3)
  --json               lines of JSON instead of text`;

/** @throws an error whose message says what is wrong, for a person */
export function soakArguments(given: readonly string[]): SoakArguments {
  const { values } = parseArgs({
    args: [...given],
    options: {
      mailboxes: { type: "string", default: "10000" },
      minutes: { type: "string", default: "60" },
      within: { type: "string", default: "1440" },
      "poll-seconds": { type: "string", default: "300" },
      in: { type: "string", default: "10" },
      out: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
    },
  });
  const number = (name: "mailboxes" | "minutes" | "within" | "poll-seconds" | "in" | "out", least: number) => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < least) throw new Error(`--${name} must be a number of at least ${least}`);
    return value;
  };
  return {
    mailboxes: Math.ceil(number("mailboxes", 1)),
    minutes: number("minutes", 1),
    within: number("within", 1),
    pollSeconds: number("poll-seconds", 1),
    in: number("in", 0),
    out: number("out", 0),
    json: values.json,
  };
}
