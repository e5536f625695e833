import type { ActConnector } from "@mailfleet/connector-api";
import { type Connection, FailureError, failureOf } from "@mailfleet/contracts";
import type { TestWork } from "@mailfleet/worker";
import type { InboundPorts } from "../ports.ts";
import { type Ours, settleMark } from "./settle-mark.ts";

/** The machine's own deadline is far longer and only covers loss. */
const deadlineMs = 60_000;

/** Opens calendar, contacts and tasks, and settles whose they are. Says what each step found, while it goes. */
export function actTest({ now }: Pick<InboundPorts, "now">): TestWork<ActConnector> {
  return {
    deadlineMs,
    test: ({ connection, signal }, { connector, options }, tell) =>
      connector.test(options, (session) => settleMark(session, oursIn(connection), now(), signal), tell, signal),
  };
}

/** Whose mark the mailbox is to carry; `config` says it to every run of `act`. */
export function oursIn({ act }: Connection): Ours {
  if (act === null) throw new FailureError(failureOf("INTERNAL_ERROR", { reply: "config named no organisation" }));
  return act;
}
