import { type Alert, ProblemError, type RequestArguments } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import { ownPage, refuseOthers } from "../http/own-objects.ts";
import { ownMailboxIds } from "../http/owner-access.ts";
import type { Call } from "../http/route.ts";

type Query = RequestArguments<"alerting.alert.list">;
type Page = { items: Alert[]; next: string | null };

/** For an owner the alerts of each of their mailboxes, the latest first. Only one mailbox has further pages. */
async function list(call: Call, query: Query): Promise<Page> {
  const ask = (more: Partial<Query>) => call.ask("alerting.alert.list", { ...query, ...more });
  if (call.caller.role !== "owner") return ownPage(call, query, ask);
  const asked = (id: string) => query.objectId === undefined || query.objectId === id;
  const own = (await ownMailboxIds(call)).filter(asked);
  const [one, another] = own;
  if (one === undefined) return { items: [], next: null };
  if (another === undefined) return ask({ objectId: one });
  const pages = await Promise.all(own.map((objectId) => ask({ objectId })));
  const items = pages.flatMap((page) => page.items).sort((a, b) => b.lastAt - a.lastAt);
  return { items: items.slice(0, query.limit), next: null };
}

/** To an owner an alert about anything but their mailboxes does not exist, nor one of other parts to who is limited to one. */
async function get(call: Call, { id }: { id: string }): Promise<Alert> {
  const alert = await call.ask("alerting.alert.get", { id });
  const isOwn = async () => alert.object.type === "mailbox" && (await ownMailboxIds(call)).includes(alert.object.id);
  if (call.caller.role === "owner" && !(await isOwn())) throw new ProblemError("NOT_FOUND", `There is no alert ${id}.`);
  await refuseOthers(call, "alert", id, alert);
  return alert;
}

/** What is particular about alerts: owners see those of their own mailboxes, others those of their part of the fleet. */
export const alertParticular: Particular = { answers: { list, get }, parted: ["list", "get"] };
