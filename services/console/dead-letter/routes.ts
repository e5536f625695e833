import { DeadLetter, DeadLetterId, paged, pageFields } from "@mailfleet/contracts";
import { z } from "zod";

import { type Route, route } from "../http/route.ts";

const params = z.strictObject({ deadLetterId: DeadLetterId });

/** Messages between the services that were set aside; `alerting` owns them. */
export const deadLetterRoutes: readonly Route[] = [
  route("GET", "/dead-letters", {
    summary: "List dead letters",
    query: z.strictObject({ ...pageFields, state: z.enum(["waiting", "replayed", "discarded"]).optional() }),
    answer: paged(DeadLetter),
    handle: (call) => call.ask("alerting.dead-letter.list", call.query),
  }),
  route("GET", "/dead-letters/:deadLetterId", {
    summary: "Read a dead letter",
    params,
    answer: DeadLetter,
    handle: (call) => call.ask("alerting.dead-letter.get", { id: call.params.deadLetterId }),
  }),
  route("POST", "/dead-letters/:deadLetterId/replay", {
    summary: "Publish it again where it came from",
    params,
    answer: DeadLetter,
    handle: (call) => call.ask("alerting.dead-letter.replay", { ...call.command, id: call.params.deadLetterId }),
  }),
  route("POST", "/dead-letters/:deadLetterId/discard", {
    summary: "Give it up",
    params,
    answer: DeadLetter,
    handle: (call) => call.ask("alerting.dead-letter.discard", { ...call.command, id: call.params.deadLetterId }),
  }),
];
