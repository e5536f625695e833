import { CommandId, type Direction, ProblemError, ProfileId, problemCodes } from "@mailfleet/contracts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { refuseForeignProfile } from "../profile/profile-view.ts";
import { dropNotice, leaveNotice, noticeOf } from "../session/notice.ts";
import { endSession, isFormOf, type OwnerSession, sessionOf } from "../session/owner-session.ts";
import { html } from "./html.ts";
import { sendOn, sendPage } from "./layout.ts";
import { myMailboxPage, shownIn } from "./my-mailbox-page.ts";
import type { PageCall } from "./page-call.ts";
import { refusalWords } from "./refusal-page.ts";

/** Where the owner's page is. */
export const home = "/my-mailbox";

/** The refusal of who has no session. */
export const noSession = () =>
  new ProblemError("UNAUTHENTICATED", "You are not signed in, or more than an hour has passed since you signed in.", {
    remedy: "Open the sign-in link of your mailbox again.",
  });

/** The refusal of a form that is not of the session. */
export const foreignForm = () =>
  new ProblemError("FORBIDDEN", "This form does not come from your page, or it is out of date.", {
    remedy: "Open your page again and repeat what you did.",
  });

const Form = z.object({
  form: z.string().max(200).optional(),
  command: CommandId,
  profileId: ProfileId.optional(),
  receive: z.literal("yes").optional(),
  send: z.literal("yes").optional(),
  /** Only in forms of mailboxes that have it switched on. */
  act: z.literal("yes").optional(),
  /** What the form showed when it was made: profile and methods, see `shownIn`. */
  shown: z.string().max(200).optional(),
  /** Of the mail that proves that the mailbox is theirs. */
  code: z.string().max(50).optional(),
});
type Form = z.output<typeof Form>;

/** A mail server may be slow to take the code. */
const sendCodeMs = 60_000;

/** What a form asks for. The session's mailbox is the only one that it can name. */
type Action = (call: PageCall, session: OwnerSession, form: Form, reply: FastifyReply) => Promise<unknown>;

const command = (
  call: PageCall,
  { by, tokenId, mailboxId, ownership }: OwnerSession,
  { command: commandId }: Form,
) => ({
  commandId,
  by,
  caller: tokenId,
  owner: ownership,
  correlation: call.correlation,
  id: mailboxId,
});

const testAndEnable: Action = async (call, session, form, reply) => {
  const before = await call.ask("config.mailbox.get", { id: session.mailboxId });
  const ends = Object.values(before.directions).map(({ lastTest }) => lastTest?.at ?? 0);
  await call.ask("config.mailbox.test-and-enable", command(call, session, form));
  leaveNotice(reply, call, { about: "testing", after: Math.max(...ends) });
};

const disable: Action = async (call, session, form, reply) => {
  await call.ask("config.mailbox.disable", command(call, session, form));
  leaveNotice(reply, call, { about: "disabled" });
};

const sendCode: Action = async (call, session, form, reply) => {
  await call.ask("config.mailbox.send-code", command(call, session, form), { timeoutMs: sendCodeMs });
  leaveNotice(reply, call, { about: "code-sent" });
};

const approveByCode: Action = async (call, session, form, reply) => {
  await call.ask("config.mailbox.approve-by-code", { ...command(call, session, form), code: form.code ?? "" });
  leaveNotice(reply, call, { about: "approved" });
};

const method = (wanted: "yes" | undefined) => (wanted ? "server-side" : "none") as "server-side" | "none";

/**
 * Changes what the form changes and nothing else. What counts is whether its fields have changed meanwhile: the
 * mailbox's version also grows with each test.
 */
const saveSettings: Action = async (call, session, form, reply) => {
  const { profileId, receive, send, act, shown } = form;
  const mailbox = await call.ask("config.mailbox.get", { id: session.mailboxId });
  const { profileId: present, deliveryMethods: methods } = mailbox;
  if (shown !== undefined && shown !== shownIn(mailbox))
    throw new ProblemError("STALE_VERSION", "Somebody else has changed these settings since you opened the page.", {
      remedy: "The present settings are shown below. Change them again if you still want to.",
    });
  if (profileId !== present) await refuseForeignProfile(call, profileId);
  const wanted = {
    ...{ inbound: method(receive), outbound: method(send) },
    act: methods.act === "none" ? methods.act : method(act),
  };
  const isSame = Object.entries(wanted).every(([name, one]) => methods[name as Direction] === one);
  const change = {
    ...(profileId === undefined || profileId === present ? {} : { profileId }),
    ...(isSame ? {} : { deliveryMethods: wanted }),
  };
  const changes = Object.keys(change).length > 0;
  if (changes) await call.ask("config.mailbox.update", { ...command(call, session, form), change });
  leaveNotice(reply, call, { about: changes ? "saved" : "unchanged" });
};

/** Actions by the last part of their path. */
export const ownerActions = {
  "send-code": sendCode,
  "approve-by-code": approveByCode,
  "test-and-enable": testAndEnable,
  disable,
  settings: saveSettings,
  leave: (call, session, _form, reply) => endSession(call, reply, session),
} satisfies Readonly<Record<string, Action>>;

/** `GET /my-mailbox`: the owner's page. @throws UNAUTHENTICATED */
export async function showMyMailbox(call: PageCall, reply: FastifyReply): Promise<FastifyReply> {
  const session = await sessionOf(call);
  if (!session) throw noSession();
  const left = noticeOf(call.request, call);
  const { page, over } = await myMailboxPage(call, session, left ? { left } : {});
  if (left && over) dropNotice(reply, call);
  return sendPage(reply, page);
}

/**
 * `POST /my-mailbox/<action>`: does it and leads back to the page; a refusal is shown on it.
 * @throws UNAUTHENTICATED, FORBIDDEN for a form that is not of this session
 */
export async function actAsOwner(
  name: keyof typeof ownerActions,
  call: PageCall,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const session = await sessionOf(call);
  if (!session) throw noSession();
  const parsed = Form.safeParse(call.request.body ?? {});
  if (!parsed.success || !isFormOf(session, parsed.data.form)) throw foreignForm();
  try {
    await ownerActions[name](call, session, parsed.data, reply);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { title, body } = refusalWords(error.problem, call.correlation, call.say);
    const refusal = html`<section role="alert"><h2>${title}</h2>${body}</section>`;
    const status = problemCodes[error.problem.code].status;
    return sendPage(reply, (await myMailboxPage(call, session, { refusal, status })).page);
  }
  if (name !== "leave") return sendOn(reply, home);
  return sendPage(reply, {
    title: call.say("my.bye"),
    language: call.say.language,
    body: html`<p>${call.say("my.byeNote")}</p>`,
  });
}
