import type { Incoming } from "@mailfleet/bus";
import { ProblemError, type RequestArguments } from "@mailfleet/contracts";
import { byTime, readPage } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { shownEntry } from "./store.ts";

/** How long entries are kept. */
const keptMs = 400 * 86_400_000;

/** Keeps entries that came together in one write. */
export async function keepEntries(
  { audit, now }: AlertingPorts,
  messages: readonly Incoming<"audit.recorded.v1">[],
): Promise<void> {
  await audit.keep(
    messages.map(({ body }) => body),
    new Date(now() + keptMs),
  );
}

/** Answers about the audit. */
export const auditAnswers = {
  async "alerting.audit.get"({ audit }: AlertingPorts, { id }: RequestArguments<"alerting.audit.get">) {
    const found = await audit.get(id);
    if (!found) throw new ProblemError("NOT_FOUND", `There is no entry ${id} in the audit.`);
    return shownEntry(found);
  },
  async "alerting.audit.list"({ audit }: AlertingPorts, input: RequestArguments<"alerting.audit.list">) {
    const { by, operation, objectId, mailboxId, outcome, since, until } = input;
    const filter = {
      ...(by === undefined ? {} : { $or: [{ "by.id": by }, { "by.name": by }] }),
      ...(operation === undefined ? {} : { operation }),
      ...(objectId === undefined ? {} : { "object.id": objectId }),
      ...(mailboxId === undefined ? {} : { mailboxId }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(since === undefined && until === undefined
        ? {}
        : { at: { ...(since === undefined ? {} : { $gte: since }), ...(until === undefined ? {} : { $lt: until }) } }),
    };
    return readPage(input, { filter, sort: byTime("at", input.sort) }, audit.list, (found) => found.map(shownEntry));
  },
};
