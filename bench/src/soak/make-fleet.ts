import { setTimeout as pause } from "node:timers/promises";
import type { ApiClient } from "@mailfleet/client";
import type { Job, Mailbox, NewJob, Profile } from "@mailfleet/contracts";
import type { Town } from "./start-town.ts";

/** Requests at the same time for one profile. */
const inParallel = 8;
const password = "soak";

/** A mailbox of the soak. */
export interface SoakMailbox {
  readonly id: string;
  readonly address: string;
  readonly watched: boolean;
}

/** Loopback addresses of the servers: one for 500 mailboxes, and no fewer than four. */
export const hostsFor = (mailboxes: number): string[] =>
  Array.from({ length: Math.max(4, Math.ceil(mailboxes / 500)) }, (_, n) => `127.0.1.${n + 1}`);

/** How often a request is made while Mailfleet does not answer, with a pause between. */
const patience = { times: 30, pauseMs: 2000 };

/** Makes a command, with one key, until it is answered: a busy machine is no reason to give up a fleet. */
async function command<Answer>(api: ApiClient, path: string, body: object): Promise<Answer> {
  const idempotencyKey = crypto.randomUUID();
  for (let n = 1; ; n += 1) {
    try {
      return await api.post<Answer>(path, body, { idempotencyKey });
    } catch (error) {
      if (n === patience.times) throw error;
      await pause(patience.pauseMs);
    }
  }
}

/** Profiles that are filled at the same time. */
const lanes = 3;

/**
 * Makes the fleet as an administrator would: a profile for each server, its mailboxes from a list, approval and "test and
 * enable" as jobs of the profile. Every second profile is watched. No profile is begun after `beginUntil`. Resolves when
 * all are enabled, or when none has been added to them for two minutes.
 */
export async function makeFleet(
  { api, town, hosts }: { readonly api: ApiClient; readonly town: Town; readonly hosts: readonly string[] },
  given: { readonly mailboxes: number; readonly beginUntil: number; enabled(): Promise<number> },
  say: (text: string) => void,
): Promise<SoakMailbox[]> {
  const begun = performance.now();
  const seconds = () => Math.round((performance.now() - begun) / 1000);
  const mailboxes: SoakMailbox[] = [];
  const share = Math.ceil(given.mailboxes / hosts.length);

  const give = async (verb: NewJob["verb"], profileId: string) => {
    let job = await command<Job>(api, "/jobs", { verb, filter: { profileId } });
    while (job.state === "running") {
      await pause(1000);
      job = await api.get<Job>(`/jobs/${job.id}`).catch(() => job);
    }
    const refused = job.results.find(({ ok }) => !ok);
    if (refused) throw new Error(`${verb}: ${job.failed} refused: ${JSON.stringify(refused)}`);
  };
  const fill = async (host: string, n: number) => {
    const watch = n % 2 === 0;
    const profile = await command<Profile>(api, "/profiles", {
      name: `Server ${n + 1}`,
      inbound: { protocol: "imap", host, port: town.imapPort, security: "none" },
      outbound: { protocol: "smtp", host, port: town.smtpPort, security: "none" },
      watch,
    });
    const left = Array.from({ length: Math.min(share, given.mailboxes - n * share) }, (_, at) => n * share + at);
    const making = async () => {
      for (let at = left.shift(); at !== undefined; at = left.shift()) {
        const address = `soak${at}@example.test`;
        const { id } = await command<Mailbox>(api, "/mailboxes", {
          address,
          kind: "queue",
          profileId: profile.id,
          deliveryMethods: { inbound: "server-side", outbound: "server-side", act: "none" },
          credentials: { username: address, password },
        });
        mailboxes.push({ id, address, watched: watch });
      }
    };
    await Promise.all(Array.from({ length: inParallel }, making));
    await give("approve", profile.id);
    await give("test-and-enable", profile.id);
    say(`${mailboxes.length} mailboxes made, ${await given.enabled()} enabled after ${seconds()} s`);
  };

  const left = [...hosts.entries()];
  const filling = async () => {
    for (let next = left.shift(); next && Date.now() < given.beginUntil; next = left.shift())
      await fill(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: lanes }, filling));
  let [most, changedAt] = [0, Date.now()];
  while (most < mailboxes.length && Date.now() - changedAt < 120_000) {
    await pause(5000);
    const now = await given.enabled();
    if (now > most) [most, changedAt] = [now, Date.now()];
  }
  say(`${most} of ${mailboxes.length} mailboxes enabled after ${seconds()} s`);
  return mailboxes;
}
