import { setTimeout as pause } from "node:timers/promises";
import { type ApiClient, isPassing } from "@mailfleet/client";
import type { Comparison } from "@mailfleet/contracts";
import type { Cli } from "../cli.ts";
import { Failed, NotOver } from "../exit-codes.ts";
import { mailboxPath } from "../paths.ts";
import type { Shown, ShownMailbox } from "../shown.ts";

export type ShownComparison = Shown<Comparison>;

/** How long a free connection is waited for. */
const connectionMs = 60_000;
const lookMs = 300;
/** How often progress is reported to a person who waits. */
const tellMs = 2000;

/** Looks until `done`; what is only away for now is looked up again. Throws `NotOver` after the time limit. */
export async function until<Answer>(
  client: ApiClient,
  path: string,
  timeoutMs: number,
  done: (answer: Answer) => boolean,
  onLook: (answer: Answer) => void = () => {},
): Promise<Answer> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await client.get<Answer>(path).catch((error: unknown) => {
      if (isPassing(error)) return null;
      throw error;
    });
    if (answer && done(answer)) return answer;
    if (answer) onLook(answer);
    if (Date.now() > deadline) throw new NotOver("It goes on by itself, and this command no longer waits for it.");
    await pause(lookMs);
  }
}

/** By which profile, and from when on; absent: as the mailbox is configured. */
export interface Compared {
  readonly profileId: string;
  readonly processFrom?: string;
}

/** Begins a comparison; where all connections are in use it asks again for a while, since others give theirs back. */
async function begin(client: ApiClient, path: string, asked: Compared): Promise<{ begun: boolean }> {
  for (const until = Date.now() + connectionMs; ; await pause(tellMs))
    try {
      return await client.post<{ begun: boolean }>(path, asked);
    } catch (error) {
      if (!isPassing(error) || Date.now() > until) throw error;
    }
}

/** Reads the inbox and counts; nothing is taken in. Throws `Failed` while another comparison is under way. */
export async function compareInbox(
  cli: Cli,
  client: ApiClient,
  { id }: Pick<ShownMailbox, "id">,
  asked: Compared,
  timeoutMs: number,
): Promise<ShownComparison> {
  const at = `${mailboxPath(id)}/messages`;
  const { begun } = await begin(client, `${at}/compare`, asked);
  if (!begun) throw new Failed("Another comparison of this mailbox is under way. Try again when it has ended.");
  let told = Date.now();
  return until<ShownComparison>(
    client,
    `${at}/comparison`,
    timeoutMs,
    ({ endedAt }) => endedAt !== null,
    ({ has }) => {
      if (Date.now() - told < tellMs) return;
      told = Date.now();
      cli.remark(`${has} messages compared …`);
    },
  );
}

/** Why an inbox could not be read, in the server's words, and what to do. */
export function failureWords({ code, text, evidence, remedy }: NonNullable<ShownComparison["failure"]>): string {
  const says = evidence?.reply ? ` The server says: ${evidence.reply}` : "";
  return `${code}: ${text}${says} ${remedy}`;
}
