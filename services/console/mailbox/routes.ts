import {
  Credentials,
  HistoryEntry,
  LifecycleWord,
  MailboxKind,
  mailbox as noun,
  ProfileId,
} from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import { z } from "zod";
import { mailboxIdOf, mailboxOf, page, paged, mailboxParams as params } from "../http/parameters.ts";
import { type Route, route } from "../http/route.ts";
import { refuseInactiveProfile } from "../profile/profile-view.ts";
import { refuseOverPlainHttp, sealMailboxCredentials } from "../secret/seal.ts";
import { MailboxView, viewMailbox } from "./mailbox-view.ts";

const lifecycle = z
  .union([LifecycleWord, z.enum(["enabled", "disabled"])], { error: "must be a life-cycle word, enabled or disabled" })
  .optional();

/** Mailboxes as things that are described; `config` owns them. */
export const mailboxRoutes: readonly Route[] = [
  route("GET", "/mailboxes", {
    summary: "List mailboxes",
    query: z.strictObject({
      ...page,
      lifecycle: lifecycle.describe("a lifecycle word; `enabled` and `disabled` stand for all of their kind"),
      status: lifecycle.describe("another name for `lifecycle`"),
      profileId: ProfileId.optional(),
      kind: MailboxKind.optional(),
      search: z.string().max(200).optional().describe("part of the address or name"),
    }),
    answer: paged(noun.View),
    handle: (call) => {
      const { status, ...query } = call.query;
      return call.ask("config.mailbox.list", { ...query, lifecycle: query.lifecycle ?? status });
    },
  }),
  route("POST", "/mailboxes", {
    summary: "Create a mailbox, with its credentials if they are known",
    body: noun.New.extend({ credentials: Credentials.optional() }),
    answer: noun.View,
    status: 201,
    location: (mailbox) => `/mailboxes/${mailbox.id}`,
    handle: async (call) => {
      const { credentials, ...mailbox } = call.body;
      const mailboxId = idFrom("mb", call.commandId);
      const sealed = credentials && (await sealMailboxCredentials(call, mailboxId, mailbox.profileId, credentials));
      return call.ask("config.mailbox.create", {
        ...call.command,
        id: mailboxId,
        new: mailbox,
        ...(sealed ? { credentials: sealed } : {}),
      });
    },
  }),
  route("GET", "/mailboxes/:mailbox", {
    summary: "Read a mailbox with its last and next runs, its user's permission and the link to sign in",
    owner: {},
    params,
    answer: MailboxView,
    handle: async (call) => {
      const { mailbox } = call.params;
      return viewMailbox(call, await mailboxOf(call, mailbox));
    },
  }),
  route("PATCH", "/mailboxes/:mailbox", {
    summary: "Change a mailbox; only what is named changes. Owners choose profile and methods",
    owner: { fields: ["profileId", "deliveryMethods"] },
    params,
    body: noun.Change,
    answer: noun.View,
    handle: async (call) => {
      if (call.caller.role === "owner") await refuseInactiveProfile(call, call.body.profileId);
      return call.ask("config.mailbox.update", {
        ...call.command,
        ifVersion: call.ifVersion,
        id: await mailboxIdOf(call, call.params.mailbox),
        change: call.body,
      });
    },
  }),
  route("DELETE", "/mailboxes/:mailbox", {
    summary: "Delete a mailbox; the server's mail is not touched",
    params,
    handle: async (call) =>
      call.ask("config.mailbox.delete", {
        ...call.command,
        ifVersion: call.ifVersion,
        id: await mailboxIdOf(call, call.params.mailbox),
      }),
  }),
  route("PUT", "/mailboxes/:mailbox/credentials", {
    summary: "Set user name and password; a wanted mailbox is then tested again",
    owner: {},
    params,
    body: Credentials,
    answer: noun.View,
    handle: async (call) => {
      refuseOverPlainHttp(call);
      const mailboxId = await mailboxIdOf(call, call.params.mailbox);
      const { profileId } = await call.ask("config.mailbox.get", { id: mailboxId });
      const credentials = await sealMailboxCredentials(call, mailboxId, profileId, call.body);
      return call.ask("config.mailbox.update", {
        ...call.command,
        ifVersion: call.ifVersion,
        id: mailboxId,
        credentials,
      });
    },
  }),
  route("DELETE", "/mailboxes/:mailbox/credentials", {
    summary: "Take user name and password away",
    owner: {},
    params,
    answer: noun.View,
    handle: async (call) =>
      call.ask("config.mailbox.update", {
        ...call.command,
        ifVersion: call.ifVersion,
        id: await mailboxIdOf(call, call.params.mailbox),
        credentials: null,
      }),
  }),
  route("GET", "/mailboxes/:mailbox/history", {
    summary: "The last transitions, newest first",
    owner: {},
    params,
    answer: z.object({ items: z.array(HistoryEntry) }),
    handle: async (call) => call.ask("config.mailbox.history", { id: await mailboxIdOf(call, call.params.mailbox) }),
  }),
];
