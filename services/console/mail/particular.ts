import { type MailTrail, ProblemError } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import { ownMailboxIds } from "../http/owner-access.ts";
import type { Call } from "../http/route.ts";
import { type MailQuery, searchMail } from "./search-mail.ts";

type Asked = Pick<Call, "ask" | "caller">;

/** An owner's mail is that of each of their mailboxes; who else asks sees all. */
const list = async (call: Asked, query: MailQuery) => searchMail(call, await mailboxesOf(call, query), query);

/** In which mailboxes each service is asked to search. */
async function mailboxesOf(
  call: Asked,
  { mailboxId }: Pick<MailQuery, "mailboxId">,
): Promise<{ mailboxId?: string }[]> {
  if (call.caller.role !== "owner") return [{}];
  const own = await ownMailboxIds(call);
  return own.filter((id) => mailboxId === undefined || mailboxId === id).map((id) => ({ mailboxId: id }));
}

/** To an owner mail of others does not exist. */
async function get(call: Asked, { id }: { id: string }): Promise<MailTrail> {
  const isSend = id.startsWith("sn_");
  const trail = await call.ask(isSend ? "outbound-send.send.trail" : "inbound-sync.message.trail", { id });
  if (call.caller.role === "owner" && !(await ownMailboxIds(call)).includes(trail.mailboxId))
    throw new ProblemError("NOT_FOUND", `There is no ${isSend ? "send" : "message"} ${id}. It may have expired.`);
  return trail;
}

/** What is particular about mail: the console asks those who receive and those who send. */
export const mailParticular: Particular = { answers: { list, get } };
