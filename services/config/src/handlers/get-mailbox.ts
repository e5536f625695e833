import { ProblemError } from "@mailfleet/contracts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { showMailbox } from "../show-mailbox.ts";
import { noSuchMailbox } from "../step-mailbox.ts";

/** `config.mailbox.get`: by id, or by address in any case of letters. */
export const getMailbox =
  ({ ports, knowledge }: Parts): Handler<"config.mailbox.get"> =>
  async (input) => {
    const byId = "mailboxId" in input;
    const document = await ports.mailboxes.find(byId ? { id: input.mailboxId } : { address: input.address });
    if (!document)
      throw byId
        ? noSuchMailbox(input.mailboxId)
        : new ProblemError("NOT_FOUND", `There is no mailbox with the address ${input.address}.`);
    return showMailbox(document, await knowledge.policy(document.configuration.profileId), ports.now());
  };
