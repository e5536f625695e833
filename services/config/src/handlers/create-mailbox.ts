import { type Mailbox, ProblemError } from "@mailfleet/contracts";
import { newMailbox } from "../new-mailbox.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { refuseImpossibleMailbox } from "../possible-mailbox.ts";
import { refuseOverflow, refuseWithoutRoom } from "../room-in-profile.ts";
import { addressTaken } from "../step-mailbox.ts";
import { usableProfile } from "../usable-profile.ts";

/** `config.mailbox.create`: without `profileId` the organisation's default profile is used. */
export const createMailbox =
  (parts: Parts): Handler<"config.mailbox.create"> =>
  async (input) => {
    const { mailboxes, failPoint, logger, now } = parts.ports;
    const repeated = () => firstAnswer(parts, input.id, input.commandId);
    const known = await repeated();
    if (known) return known;
    const profile = await usableProfile(parts, input.new.profileId, "/new/profileId");
    const world = await parts.knowledge.world(profile._id, { atLeast: profile.v });
    const settings = await parts.knowledge.settings({ fresh: true });
    refuseImpossibleMailbox(input.new, profile, "/new");
    await refuseWithoutRoom(parts.ports, profile);
    const document = newMailbox(input, { ...world, settings }, now());

    failPoint("document.before-commit");
    const outcome = await mailboxes.insert(document);
    if (outcome === "address-taken") throw addressTaken(input.new.address);
    // The same command ran beside this one and was faster.
    if (outcome === "exists") return (await repeated()) ?? refuseTaken(input.id);
    failPoint("document.after-commit");
    await refuseOverflow(parts.ports, profile).catch(async (error: unknown) => {
      await mailboxes.retract(document._id, document.v);
      throw error;
    });
    await parts.relay(document._id, document.outbox).catch((error: unknown) => {
      logger.warn({ mailbox: document._id, err: error }, "the outbox waits for the sweep");
    });
    return document.inbox[0]?.answer as Mailbox;
  };

async function firstAnswer(parts: Parts, mailboxId: string, commandId: string): Promise<Mailbox | undefined> {
  const existing = await parts.ports.mailboxes.load(mailboxId);
  if (!existing) return undefined;
  const handled = existing.inbox.find((entry) => entry.id === commandId);
  return handled ? (handled.answer as Mailbox) : refuseTaken(mailboxId);
}

function refuseTaken(mailboxId: string): never {
  throw new ProblemError("ALREADY_EXISTS", `There is a mailbox ${mailboxId} already.`, {
    errors: [{ pointer: "/id", reason: "is taken" }],
  });
}
