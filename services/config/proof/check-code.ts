import { timingSafeEqual } from "node:crypto";
import { ProblemError } from "@mailfleet/contracts";
import type { StoredMailbox } from "../mailbox/body.ts";
import type { Ports } from "../ports.ts";
import { hashOfCode } from "./send-code.ts";

const atMost = 5;

const notGood = (detail: string, remedy = "Ask for another code.") =>
  new ProblemError("CODE_NOT_GOOD", detail, { remedy, errors: [{ pointer: "/code", reason: "is not good" }] });

/**
 * Whether this is the newest code that was sent to the mailbox's address as it is now. The try is counted before the code
 * is compared, so that nobody gains by trying at the same moment.
 * @throws CODE_NOT_GOOD
 */
export async function checkCode(
  { proofs, now }: Pick<Ports, "proofs" | "now">,
  { _id: mailboxId, ownership, machine }: Pick<StoredMailbox, "_id" | "ownership" | "machine">,
  code: string,
): Promise<void> {
  const proof = await proofs.newest(mailboxId);
  // A code of before a rejection does not count after it: an administrator has decided since.
  const isOld = proof && (proof.ownership !== ownership || proof.begunAt < (machine.approval.context.at ?? 0));
  if (!proof || isOld) throw notGood("No code was sent to this mailbox's address since it waits for approval.");
  if (proof.endsAt <= now()) throw notGood("The code was good for 15 minutes, which are over.");
  if (!(await proofs.tryOnce(proof._id, atMost)))
    throw notGood(`The code was tried ${atMost} times; it is no longer good.`);
  const [given, known] = [hashOfCode(proof._id, code), proof.hash].map((text) => Buffer.from(text)) as [Buffer, Buffer];
  if (given.length === known.length && timingSafeEqual(given, known)) return;
  const left = atMost - proof.tries - 1;
  throw notGood(
    "The code is wrong.",
    left > 0 ? `Enter the code of the newest mail; you have ${left} more tries.` : "Ask for another code.",
  );
}
