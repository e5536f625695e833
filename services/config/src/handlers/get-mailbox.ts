import { ProblemError } from "@mailfleet/contracts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { showMailbox } from "../show-mailbox.ts";
import { noSuchMailbox } from "../step-mailbox.ts";

/** `config.mailbox.get` */
export const getMailbox =
  ({ ports, knowledge }: Parts): Handler<"config.mailbox.get"> =>
  async ({ id }) => {
    const document = await ports.mailboxes.find({ id });
    if (!document) throw noSuchMailbox(id);
    return showMailbox(document, await knowledge.policy(document.configuration.profileId), ports.now());
  };

/** `config.mailbox.find`: by address, in any case of letters. */
export const findMailbox =
  ({ ports, knowledge }: Parts): Handler<"config.mailbox.find"> =>
  async ({ address }) => {
    const document = await ports.mailboxes.find({ address });
    if (!document) throw new ProblemError("NOT_FOUND", `There is no mailbox with the address ${address}.`);
    return showMailbox(document, await knowledge.policy(document.configuration.profileId), ports.now());
  };
