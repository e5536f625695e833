import type { ApiClient } from "@mailfleet/client";
import { type AnyNoun, MailboxId, ProfileId } from "@mailfleet/contracts";
import { definition } from "./definition.ts";
import type { Names, Row } from "./show.ts";

/** Nobody waits longer for a name than this. */
const lookMs = 3000;
/** A list may name so many mailboxes; of more the ids are shown. */
const mostMailboxes = 20;

/** Fields of a noun that hold the id of something else that has a name. */
export function referencesOf(noun: AnyNoun, to: "profile" | "mailbox"): string[] {
  const target = definition(to === "profile" ? ProfileId : MailboxId);
  return Object.entries(noun.View.shape).flatMap(([name, schema]) =>
    name !== "id" && definition(schema) === target ? [name] : [],
  );
}

/** What people call the profiles and mailboxes that these rows name, as far as it is shown. */
export async function namesIn(
  client: ApiClient,
  noun: AnyNoun,
  rows: readonly Row[],
  shows: (name: string) => boolean,
): Promise<Names> {
  const idsOf = (to: "profile" | "mailbox") => {
    const fields = referencesOf(noun, to).filter(shows);
    const values = rows.flatMap((row) => fields.map((name) => row[name]));
    return [...new Set(values.filter((value) => typeof value === "string"))];
  };
  const limits = { timeoutMs: lookMs };
  const profiles = async () => {
    if (idsOf("profile").length === 0) return [];
    const { items } = await client.get<{ items: { id: string; name: string }[] }>("/profiles", {
      ...limits,
      query: { limit: 500 },
    });
    return items.map(({ id, name }) => [id, name] as const);
  };
  const mailboxes = idsOf("mailbox");
  const asked = mailboxes.length > mostMailboxes ? [] : mailboxes;
  const found = await Promise.all([
    profiles().catch(() => []),
    ...asked
      .map(async (id) => {
        const { address } = await client.get<{ address: string }>(`/mailboxes/${id}`, limits);
        return [[id, address] as const];
      })
      .map((one) => one.catch(() => [])),
  ]);
  return new Map(found.flat());
}
