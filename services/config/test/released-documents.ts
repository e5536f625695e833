import type { Bus } from "@mailfleet/bus";
import type { Mailbox } from "@mailfleet/contracts";

/** What is kept of each release, by collection. */
export const collectionNames = ["profiles", "mailboxes", "settings", "jobs"] as const;

/** When a direction is next due follows from the clock. */
const asStored = ([direction, { next, ...rest }]: [string, Mailbox["directions"]["inbound"]]) => [
  direction,
  { ...rest, waits: next !== null },
];

/** Everything that config says about them. */
export async function answersOf(bus: Bus) {
  const listed = async (noun: "profile" | "mailbox" | "job") =>
    (await bus.request(`config.${noun}.list`, { limit: 100 })).items.map(({ id }) => id).sort();
  return {
    profiles: await Promise.all((await listed("profile")).map((id) => bus.request("config.profile.get", { id }))),
    mailboxes: (
      await Promise.all((await listed("mailbox")).map((id) => bus.request("config.mailbox.get", { id })))
    ).map((one) => ({ ...one, directions: Object.entries(one.directions).map(asStored) })),
    jobs: await Promise.all((await listed("job")).map((id) => bus.request("config.job.get", { id }))),
    settings: await bus.request("config.settings.get", {}),
  };
}
