import { EmailAddress, mailbox as noun } from "@mailfleet/contracts";
import { z } from "zod";
import { directionsBody, mailboxIdOf, mailboxParams as params } from "../http/parameters.ts";
import { type Route, route } from "../http/route.ts";

type PlainAction = "resubmit" | "disable" | "activate" | "deactivate";

/** A command that needs nothing but the mailbox. */
const plain = (verb: PlainAction, summary: string) =>
  route("POST", `/mailboxes/:mailbox/${verb}`, {
    summary,
    params,
    answer: noun.View,
    handle: async (call) =>
      call.ask(`config.mailbox.${verb}`, {
        ...call.command,
        id: await mailboxIdOf(call, call.params.mailbox),
      }),
  });

const test = (verb: "test" | "test-and-enable", summary: string) =>
  route("POST", `/mailboxes/:mailbox/${verb}`, {
    summary,
    owner: {},
    params,
    body: directionsBody,
    answer: noun.View,
    status: 202,
    handle: async (call) =>
      call.ask(`config.mailbox.${verb}`, {
        ...call.command,
        ...call.body,
        id: await mailboxIdOf(call, call.params.mailbox),
      }),
  });

/** What people ask of a mailbox. Each is a command to its machine, which may refuse (409). */
export const mailboxActionRoutes: readonly Route[] = [
  route("POST", "/mailboxes/:mailbox/approve", {
    summary: "Approve the mailbox with the address as it was seen",
    params,
    body: z.strictObject({ address: EmailAddress.describe("the address as the approver saw it") }),
    answer: noun.View,
    handle: async (call) =>
      call.ask("config.mailbox.approve", {
        ...call.command,
        ...call.body,
        id: await mailboxIdOf(call, call.params.mailbox),
      }),
  }),
  route("POST", "/mailboxes/:mailbox/reject", {
    summary: "Reject the mailbox with a reason",
    params,
    body: z.strictObject({ reason: z.string().trim().min(1, "must say why").max(1000) }),
    answer: noun.View,
    handle: async (call) =>
      call.ask("config.mailbox.reject", {
        ...call.command,
        ...call.body,
        id: await mailboxIdOf(call, call.params.mailbox),
      }),
  }),
  plain("resubmit", "Ask again for approval after a rejection"),
  test("test", "Test the mailbox; enables nothing that was not wanted before"),
  test("test-and-enable", "Test the mailbox and enable what passes"),
  plain("disable", "Stop the mailbox; it stays as it is until it is tested and enabled again"),
  plain("activate", "Make the mailbox active again"),
  plain("deactivate", "Make the mailbox inactive"),
  route("POST", "/mailboxes/:mailbox/sync-now", {
    summary: "Run the enabled directions at once",
    params,
    body: directionsBody,
    answer: noun.View,
    status: 202,
    handle: async (call) =>
      call.ask("config.mailbox.sync-now", {
        ...call.command,
        ...call.body,
        id: await mailboxIdOf(call, call.params.mailbox),
      }),
  }),
];
