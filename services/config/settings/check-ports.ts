import type { RequestOutput, Settings } from "@mailfleet/contracts";
import type { Ports } from "../ports.ts";
import { allProfiles } from "../profile/all-profiles.ts";
import { portsRefused } from "./allowed-ports.ts";

/** The active profiles that could not connect any more if only these ports were allowed, by name. */
export async function checkPorts(
  { documents, mailboxes }: Pick<Ports, "documents" | "mailboxes">,
  allowedOutboundPorts: Settings["allowedOutboundPorts"],
): Promise<RequestOutput<"config.settings.check-ports">> {
  const broken = (await allProfiles({ documents }, { active: true })).flatMap((profile) => {
    const ports = portsRefused(profile.settings, { allowedOutboundPorts });
    return ports.length === 0 ? [] : [{ profile, ports }];
  });
  const counts = await mailboxes.countByProfile(broken.map(({ profile }) => profile._id));
  const items = broken.map(({ profile: { _id, settings }, ports }) => ({
    ...{ profileId: _id, name: settings.name, ports },
    mailboxes: counts.get(_id) ?? 0,
  }));
  return { items: items.sort((one, other) => one.name.localeCompare(other.name)) };
}
