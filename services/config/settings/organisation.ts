import { type Connection, ProblemError } from "@mailfleet/contracts";
import { newId, singleId } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";

/** This installation as its mark in mailboxes names it. Its id is made when it is first needed. */
export async function organisationOf({
  worlds,
  documents,
  now,
}: Pick<Ports, "worlds" | "documents" | "now">): Promise<NonNullable<Connection["act"]>["organisation"]> {
  let settings = await worlds.settings();
  if (settings.organisationId === null) {
    // Replicas that come together get the id of the first.
    await documents.settings.change(singleId, { key: "organisation-id", at: now() }, (before) =>
      before.organisationId === undefined
        ? { after: { settings: before.settings, rhythmV: before.rhythmV, organisationId: newId("og") }, quiet: true }
        : { ignored: "it has one" },
    );
    settings = await worlds.settings({ fresh: true });
  }
  const { organisationId: id, organisationName: name } = settings;
  if (id === null) throw new ProblemError("UNAVAILABLE", "The organisation has no id yet.");
  return { id, ...(name === undefined ? {} : { name }) };
}
