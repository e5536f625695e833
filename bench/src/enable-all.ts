import type { Mailbox } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { addMailbox, type Fleet } from "./fleet.ts";

/** Adds mailboxes that receive, beside the first, and enables all of them. Answers their ids. */
export async function enableAll(fleet: Fleet, addresses: readonly string[], password?: string): Promise<string[]> {
  const { api, mailbox } = fleet;
  const ids = [mailbox.id];
  const others = addresses.filter((address) => address !== mailbox.address);
  const more = { receives: true, ...(password === undefined ? {} : { password }) };
  const adding = async () => {
    for (let address = others.pop(); address !== undefined; address = others.pop())
      ids.push((await addMailbox({ api, profileId: mailbox.profileId }, { address, ...more })).id);
  };
  await Promise.all(Array.from({ length: 8 }, adding));
  const left = [...ids];
  const enabling = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const path = `/mailboxes/${id}`;
      await api.post(`${path}/test-and-enable`, {});
      let now: Mailbox | null = null;
      const isUp = async () => {
        now = await api.get<Mailbox>(path);
        return now.lifecycle === "enabled.running";
      };
      await eventually(isUp, { timeoutMs: 60_000, everyMs: 100 }).catch((error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(now?.directions)}`);
      });
    }
  };
  await Promise.all(Array.from({ length: 16 }, enabling));
  return ids;
}
