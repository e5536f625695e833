import { CommandId, ProblemError, ProfileId, problemCodes } from "@mailfleet/contracts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { refuseInactiveProfile } from "../profile/profile-view.ts";
import { endSession, isFormOf, type OwnerSession, sessionOf } from "../session/owner-session.ts";
import { html } from "./html.ts";
import { sendOn, sendPage } from "./layout.ts";
import { myMailboxPage } from "./my-mailbox-page.ts";
import type { PageCall } from "./page-call.ts";
import { refusalWords } from "./refusal-page.ts";

const home = "/my-mailbox";

const noSession = () =>
  new ProblemError("UNAUTHENTICATED", "You are not signed in here, or an hour has passed since then.", {
    remedy: "Open the sign-in link of your mailbox again.",
  });

const Form = z.object({
  form: z.string().max(200).optional(),
  command: CommandId,
  version: z.coerce.number().int().optional(),
  profileId: ProfileId.optional(),
  receive: z.literal("yes").optional(),
  send: z.literal("yes").optional(),
});
type Form = z.output<typeof Form>;

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

/** Actions by the last part of their path. */
export const ownerActions: Readonly<Record<"test-and-enable" | "settings" | "leave", Action>> = {
  "test-and-enable": (call, session, form) => call.ask("config.mailbox.test-and-enable", command(call, session, form)),
  settings: async (call, session, form) => {
    const { profileId, receive, send, version } = form;
    const { profileId: present } = await call.ask("config.mailbox.get", { id: session.mailboxId });
    if (profileId !== present) await refuseInactiveProfile(call, profileId);
    const method = (wanted: "yes" | undefined) => (wanted ? "server-side" : "none") as "server-side" | "none";
    await call.ask("config.mailbox.update", {
      ...command(call, session, form),
      ...(version === undefined ? {} : { ifVersion: version }),
      change: {
        ...(profileId === undefined || profileId === present ? {} : { profileId }),
        deliveryMethods: { inbound: method(receive), outbound: method(send), act: "none" },
      },
    });
  },
  leave: (call, session, _form, reply) => endSession(call, reply, session),
};

/** `GET /my-mailbox`: the owner's page. @throws UNAUTHENTICATED */
export async function showMyMailbox(call: PageCall, reply: FastifyReply): Promise<FastifyReply> {
  const session = await sessionOf(call);
  if (!session) throw noSession();
  return sendPage(reply, await myMailboxPage(call, session));
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
  if (!parsed.success || !isFormOf(session, parsed.data.form))
    throw new ProblemError("FORBIDDEN", "This form does not come from your page, or it is an old one.", {
      remedy: "Open your page again and repeat what you wanted.",
    });
  try {
    await ownerActions[name](call, session, parsed.data, reply);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { title, body } = refusalWords(error.problem, call.correlation);
    const notice = html`<h2>${title}</h2>${body}`;
    return sendPage(
      reply,
      await myMailboxPage(call, session, { notice, status: problemCodes[error.problem.code].status }),
    );
  }
  if (name !== "leave") return sendOn(reply, home);
  return sendPage(reply, {
    title: "Good-bye",
    body: html`<p>Your mailbox stays connected. To come back, open its sign-in link.</p>`,
  });
}
