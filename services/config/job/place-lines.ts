import { type PlacedLine, ProblemError, type RequestArguments } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import type { ShownProfile } from "../profile/body.ts";
import { destinationsOf } from "../profile/destinations.ts";
import { usableProfile } from "../profile/usable-profile.ts";

/**
 * Which mailbox each line of a CSV is for, and where its password goes: the console can then check the line and seal the password
 * for the right place. What cannot be placed says why.
 */
export async function placeLines(
  ports: Ports,
  { id, update, first, lines }: RequestArguments<"config.job.place-lines">,
): Promise<{ known: boolean; lines: PlacedLine[] }> {
  if (await ports.documents.job.load(id)) return { known: true, lines: [] };
  if (first) await ports.jobLines.remove(id);
  const there = await ports.mailboxes.configured(lines.map(({ address }) => address));
  const profiles = new Map<string | undefined, Promise<ShownProfile>>();
  const profileOf = (named: string | undefined) => {
    const found = profiles.get(named) ?? profileNamed(ports, named);
    profiles.set(named, found);
    return found;
  };
  const placed: PlacedLine[] = [];
  for (const { line, address, profile } of lines) {
    const found = there.get(address.toLowerCase());
    const place = { line, mailboxId: found?.id ?? idFrom("mb", `${id}/${line}`) };
    try {
      if (found && !update)
        throw new ProblemError("ALREADY_EXISTS", `There is a mailbox with the address ${address} already.`, {
          remedy: "To change it by this line, import with `update` (--update).",
          errors: [{ pointer: "/address", reason: "is taken" }],
        });
      const { _id: profileId, settings } = await profileOf(profile ?? found?.configuration.profileId);
      const { inbound, outbound } = destinationsOf(settings);
      const named = profile === undefined ? {} : { profileId };
      const { kind, owner } = found?.configuration ?? {};
      placed.push({
        ...{ ...place, ...named, to: { inbound, outbound } },
        ...(kind ? { there: { kind, owner } } : {}),
      });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      placed.push({ ...place, problem: error.problem });
    }
  }
  return { known: false, lines: placed };
}

/** By name or id; the default profile without one. */
async function profileNamed(ports: Ports, named: string | undefined): Promise<ShownProfile> {
  const query = { filter: { "settings.name": named }, sort: [["_id", 1]] as const, limit: 1 };
  const [byName] = named === undefined ? [] : await ports.documents.profile.list(query);
  return byName ?? usableProfile(ports, named, "/profile");
}
