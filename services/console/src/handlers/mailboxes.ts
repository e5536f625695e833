import {
  HistoryEntry,
  LifecycleWord,
  Mailbox,
  MailboxChange,
  MailboxId,
  MailboxKind,
  NewMailbox,
  ProfileId,
} from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import { z } from "zod";
import { type Route, route } from "../route.ts";
import { Credentials, refuseOverPlainHttp, sealMailboxCredentials } from "./credentials.ts";
import { MailboxView, viewMailbox } from "./mailbox-view.ts";
import { mailboxIdOf, page, paged, mailboxParams as params } from "./parameters.ts";
import { refuseInactiveProfile } from "./profile-view.ts";

const lifecycle = z
  .union([LifecycleWord, z.enum(["enabled", "disabled"])], { error: "must be a life-cycle word, enabled or disabled" })
  .optional();

/** Mailboxes as things that are described; `config` owns them. */
export const mailboxRoutes: readonly Route[] = [
  route("GET", "/mailboxes", {
    summary: "List mailboxes",
    query: z.strictObject({
      ...page,
      lifecycle: lifecycle.describe("a life-cycle word; `enabled` and `disabled` find all of theirs"),
      status: lifecycle.describe("another name for `lifecycle`"),
      profileId: ProfileId.optional(),
      kind: MailboxKind.optional(),
      search: z.string().max(200).optional().describe("part of the address or name"),
    }),
    answer: paged(Mailbox),
    handle: (call) => {
      const { status, ...query } = call.query;
      return call.ask("config.mailbox.list", { ...query, lifecycle: query.lifecycle ?? status });
    },
  }),
  route("POST", "/mailboxes", {
    summary: "Create a mailbox, with its credentials if they are known",
    body: NewMailbox.extend({ credentials: Credentials.optional() }),
    answer: Mailbox,
    status: 201,
    location: (mailbox) => `/mailboxes/${mailbox.id}`,
    handle: async (call) => {
      const { credentials, ...mailbox } = call.body;
      const mailboxId = idFrom("mb", call.commandId);
      const sealed = credentials && (await sealMailboxCredentials(call, mailboxId, mailbox.profileId, credentials));
      return call.ask("config.mailbox.create", {
        ...call.command,
        mailboxId,
        mailbox,
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
      const which = MailboxId.safeParse(mailbox).success ? { mailboxId: mailbox } : { address: mailbox };
      return viewMailbox(call, await call.ask("config.mailbox.get", which));
    },
  }),
  route("PATCH", "/mailboxes/:mailbox", {
    summary: "Change a mailbox; only what is named changes. Owners choose profile and methods",
    owner: { fields: ["profileId", "deliveryMethods"] },
    params,
    body: MailboxChange,
    answer: Mailbox,
    handle: async (call) => {
      if (call.caller.role === "owner") await refuseInactiveProfile(call, call.body.profileId);
      return call.ask("config.mailbox.update", {
        ...call.command,
        ifVersion: call.ifVersion,
        mailboxId: await mailboxIdOf(call, call.params.mailbox),
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
        mailboxId: await mailboxIdOf(call, call.params.mailbox),
      }),
  }),
  route("PUT", "/mailboxes/:mailbox/credentials", {
    summary: "Set user name and password; a wanted mailbox is tested again by itself",
    owner: {},
    params,
    body: Credentials,
    answer: Mailbox,
    handle: async (call) => {
      refuseOverPlainHttp(call);
      const mailboxId = await mailboxIdOf(call, call.params.mailbox);
      const { profileId } = await call.ask("config.mailbox.get", { mailboxId });
      const credentials = await sealMailboxCredentials(call, mailboxId, profileId, call.body);
      return call.ask("config.mailbox.update", { ...call.command, ifVersion: call.ifVersion, mailboxId, credentials });
    },
  }),
  route("DELETE", "/mailboxes/:mailbox/credentials", {
    summary: "Take user name and password away",
    owner: {},
    params,
    answer: Mailbox,
    handle: async (call) =>
      call.ask("config.mailbox.update", {
        ...call.command,
        ifVersion: call.ifVersion,
        mailboxId: await mailboxIdOf(call, call.params.mailbox),
        credentials: null,
      }),
  }),
  route("GET", "/mailboxes/:mailbox/history", {
    summary: "The last transitions, newest first",
    owner: {},
    params,
    answer: z.object({ items: z.array(HistoryEntry) }),
    handle: async (call) =>
      call.ask("config.mailbox.history", { mailboxId: await mailboxIdOf(call, call.params.mailbox) }),
  }),
];
