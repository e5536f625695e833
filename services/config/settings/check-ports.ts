import type { RequestOutput, Settings } from "@mailfleet/contracts";
import { type Page, readPage } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import type { ShownProfile } from "../profile/body.ts";
import { portsRefused } from "./allowed-ports.ts";

const batch = 200;

/** The active profiles that could not connect any more if only these ports were allowed, by name. */
export async function checkPorts(
  { documents, mailboxes }: Pick<Ports, "documents" | "mailboxes">,
  allowedOutboundPorts: Settings["allowedOutboundPorts"],
): Promise<RequestOutput<"config.settings.check-ports">> {
  const query = { filter: { active: true }, sort: [["_id", 1]] } as const;
  const broken: { readonly profile: ShownProfile; readonly ports: number[] }[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<ShownProfile> = await readPage({ limit: batch, ...(cursor ? { cursor } : {}) }, query, (asked) =>
      documents.profile.list(asked),
    );
    for (const profile of page.items) {
      const ports = portsRefused(profile.settings, { allowedOutboundPorts });
      if (ports.length > 0) broken.push({ profile, ports });
    }
    cursor = page.next;
  } while (cursor !== null);
  const counts = await mailboxes.countByProfile(broken.map(({ profile }) => profile._id));
  const items = broken.map(({ profile: { _id, settings }, ports }) => ({
    ...{ profileId: _id, name: settings.name, ports },
    mailboxes: counts.get(_id) ?? 0,
  }));
  return { items: items.sort((one, other) => one.name.localeCompare(other.name)) };
}
