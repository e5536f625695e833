import { createHash, randomInt } from "node:crypto";
import { ProblemError, type RequestInput, type RequestOutput, type Settings } from "@mailfleet/contracts";
import { commandKey } from "@mailfleet/kit";
import type { StoredMailbox } from "../mailbox/body.ts";
import type { Ports } from "../ports.ts";

const goodMs = 15 * 60_000;
const hourMs = 3_600_000;
const perHour = 5;
const sendMs = 55_000;
/** Letters and digits that nobody takes for one another. */
const letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/** Stands for the code where it is kept; the code alone says nothing without its id. */
export const hashOfCode = (proofId: string, code: string) =>
  createHash("sha256")
    .update(`${proofId} ${code.replace("-", "").toUpperCase()}`)
    .digest("base64url");

/** Why an owner cannot approve the mailbox by a code now. @throws NOT_POSSIBLE_NOW */
export function refuseSelfApproval(
  { configuration, machine }: Pick<StoredMailbox, "configuration" | "machine">,
  { selfApproval }: Pick<Settings, "selfApproval">,
): void {
  const refuse = (detail: string, remedy: string) => {
    throw new ProblemError("NOT_POSSIBLE_NOW", detail, { remedy });
  };
  const ask = "Ask an administrator to approve the mailbox.";
  if (!selfApproval) refuse("The organisation does not let owners approve their mailboxes.", ask);
  if (configuration.kind !== "user")
    refuse(`A mailbox of the kind ${configuration.kind} is nobody's own: an administrator approves it.`, ask);
  if (machine.approval.value === "approved")
    refuse("The mailbox is approved already.", "You need no code. Test and enable it.");
  if (machine.approval.value === "rejected")
    refuse(
      "The mailbox was rejected by an administrator.",
      "Ask an administrator why. Only after it was resubmitted can it be approved.",
    );
}

/** `config.mailbox.send-code`: makes a code, writes down what proves it, and has it sent to the mailbox's address. */
export async function sendCode(
  ports: Ports,
  input: RequestInput<"config.mailbox.send-code">,
): Promise<RequestOutput<"config.mailbox.send-code">> {
  const { proofs, worlds, bus, now } = ports;
  const mailbox = await ports.documents.mailbox.get(input.id);
  const { ownership, configuration } = mailbox;
  if (input.owner !== undefined && input.owner !== ownership)
    throw new ProblemError("NOT_FOUND", `There is no mailbox ${input.id}.`);
  refuseSelfApproval(mailbox, await worlds.settings({ fresh: true }));

  const { address } = configuration;
  const begunAt = now();
  const endsAt = begunAt + goodMs;
  const key = `${input.id} ${ownership} ${commandKey("config.mailbox.send-code", input)}`;
  const _id = createHash("sha256").update(key).digest("base64url");
  const before = await proofs.load(_id);
  if (before?.sentAt !== undefined) return { sentTo: before.address, endsAt: before.endsAt };
  if ((await proofs.countSince(input.id, begunAt - hourMs)) >= perHour)
    throw new ProblemError("TOO_MANY", `${perHour} codes were sent to ${address} within an hour.`, {
      remedy: "Use the newest one, or wait an hour. Look into the folder for junk mail, too.",
    });
  const code = Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join("");
  await proofs.begin({
    ...{ _id, mailboxId: input.id, ownership, address, hash: hashOfCode(_id, code), tries: 0, begunAt, endsAt },
    expireAt: new Date(endsAt + hourMs),
  });
  const shown = `${code.slice(0, 5)}-${code.slice(5)}`;
  const options = { timeoutMs: sendMs };
  await bus.request("alerting.notification-settings.send-code", { address, code: shown, endsAt }, options);
  await proofs.sent(_id, now());
  return { sentTo: address, endsAt };
}
