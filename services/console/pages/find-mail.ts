import { type FoundMail, type MailEvent, ProblemError } from "@mailfleet/contracts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { searchMail } from "../mail/search-mail.ts";
import { isFormOf, type OwnerSession, sessionOf } from "../session/owner-session.ts";
import { foreignWords, type Html, html } from "./html.ts";
import { sendPage } from "./layout.ts";
import { foreignForm, home, noSession } from "./my-mailbox.ts";
import type { PageCall } from "./page-call.ts";
import { when } from "./when.ts";
import type { Say } from "./words/say.ts";

/** Where an owner finds his mail. */
export const findMailPath = `${home}/mail`;

/** What happened to each is read, too. */
const onePage = 10;
const names = ["messageId", "from", "to", "subject"] as const;
const asked = z.string().trim().max(250).optional();
const Form = z.object({
  form: z.string().max(200),
  ...{ messageId: asked, from: asked, to: asked, subject: asked },
  cursor: z.string().max(2000).optional(),
});
type Form = z.output<typeof Form>;

/** `GET /my-mailbox/mail`: asks what is to be found. @throws UNAUTHENTICATED */
export async function askForMail(call: PageCall, reply: FastifyReply): Promise<FastifyReply> {
  const session = await sessionOf(call);
  if (!session) throw noSession();
  return answer(call, reply, searchForm(call.say, session, {}));
}

/**
 * `POST /my-mailbox/mail`: the owner's mail that fits, newest first, with what happened to it. A form, so that addresses and subjects
 * stand in no address of a page.
 * @throws UNAUTHENTICATED, FORBIDDEN for a form that is not of this session
 */
export async function showFoundMail(call: PageCall, reply: FastifyReply): Promise<FastifyReply> {
  const session = await sessionOf(call);
  if (!session) throw noSession();
  const parsed = Form.safeParse(call.request.body ?? {});
  if (!parsed.success || !isFormOf(session, parsed.data.form)) throw foreignForm();
  const { say } = call;
  const { form: _, cursor, ...fields } = parsed.data;
  const wanted = Object.fromEntries(Object.entries(fields).filter(([, text]) => text));
  const search = searchForm(say, session, wanted);
  if (Object.keys(wanted).length === 0)
    return answer(call, reply, html`<p class="notice bad" role="status">${say("mail.needed")}</p>${search}`);
  const query = { ...wanted, limit: onePage, ...(cursor && { cursor }) };
  const { items, next } = await searchMail(call, [{ mailboxId: session.mailboxId }], query);
  const found = await Promise.all(items.map(async (mail) => ({ mail, events: await eventsOf(call, mail) })));
  const count = items.length === 0 ? say("mail.none") : say("mail.found", { n: items.length });
  return answer(
    call,
    reply,
    html`${search}<p class="soft" role="status">${count}</p>
<ol>${found.map(({ mail, events }) => oneMail(say, mail, events))}</ol>
${next !== null && olderForm(say, session, { ...wanted, cursor: next })}`,
  );
}

const answer = (call: PageCall, reply: FastifyReply, body: Html) =>
  sendPage(reply, {
    title: call.say("mail.title"),
    language: call.say.language,
    body: html`<p>${call.say("mail.intro")}</p>
${body}
<hr>
<p><a href="${home}">${call.say("my.home")}</a></p>`,
  });

/** What happened to it; nothing if it is not kept any more. */
async function eventsOf(call: PageCall, { id }: FoundMail): Promise<readonly MailEvent[]> {
  try {
    const request = id.startsWith("sn_") ? "outbound-send.send.trail" : "inbound-sync.message.trail";
    return (await call.ask(request, { id })).events;
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "NOT_FOUND") return [];
    throw error;
  }
}

const hidden = (name: string, value: string | undefined) =>
  value !== undefined && html`<input type="hidden" name="${name}" value="${value}">`;

function searchForm(say: Say, session: OwnerSession, wanted: Partial<Form>): Html {
  const input = (name: (typeof names)[number]) =>
    html`<label>${say(`mail.${name}`)}<input name="${name}" maxlength="250" value="${wanted[name] ?? ""}"></label>`;
  return html`<form method="post" action="${findMailPath}" role="search">${hidden("form", session.formToken)}
${names.map(input)}
<button>${say("mail.find")}</button></form>`;
}

const olderForm = (say: Say, session: OwnerSession, { cursor, ...wanted }: Partial<Form>): Html =>
  html`<form method="post" action="${findMailPath}">${hidden("form", session.formToken)}${hidden("cursor", cursor)}
${names.map((name) => html`${hidden(name, wanted[name])}`)}
<button class="quiet">${say("mail.older")}</button></form>`;

function oneMail(say: Say, mail: FoundMail, events: readonly MailEvent[]): Html {
  const { state, at, from, to, subject, why } = mail;
  const title = subject ? foreignWords(subject) : say("mail.noSubject");
  const between = [from ?? "", to.join(", ")].map(foreignWords).join(" → ");
  return html`<li class="mail"><b>${title}</b>
<p><span class="state">${say(`mail.${state}`)}</span> · ${when(at)}</p>
<p class="soft">${between}</p>
${why !== null && html`<p class="soft">${foreignWords(why)}</p>`}
${events.length > 0 && html`<details><summary>${say("mail.trail")}</summary><ol>${events.map((event) => oneEvent(say, event))}</ol></details>`}</li>`;
}

const oneEvent = (say: Say, { at, what, words }: MailEvent): Html =>
  html`<li>${at !== null && html`${when(at)}: `}${say(`mail.${what}`)}${
    words !== null && html` <span class="soft">${foreignWords(words)}</span>`
  }</li>`;
