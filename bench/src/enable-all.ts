import type { Mailbox } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { addMailbox, type Fleet } from "./fleet.ts";

/** Adds mailboxes that receive, beside the first, and enables all of them. */
export async function enableAll(fleet: Fleet, addresses: readonly string[], password?: string): Promise<void> {
  const { api, mailbox } = fleet;
  const ids = [mailbox.id];
  const others = addresses.filter((address) => address !== mailbox.address);
  const more = { receives: true, ...(password === undefined ? {} : { password }) };
  const adding = async () => {
    for (let address = others.pop(); address !== undefined; address = others.pop())
      ids.push((await addMailbox({ api, profileId: mailbox.profileId }, { address, ...more })).id);
  };
  await Promise.all(Array.from({ length: 8 }, adding));
  const enabling = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      const path = `/mailboxes/${id}`;
      await api.post(`${path}/test-and-enable`, {});
      const isUp = async () => (await api.get<Mailbox>(path)).lifecycle === "enabled.running";
      await eventually(isUp, { timeoutMs: 60_000, everyMs: 100 });
    }
  };
  await Promise.all(Array.from({ length: 16 }, enabling));
}
