import { randomUUID } from "node:crypto";
import type { Direction, Grant, Mailbox, Profile } from "@mailfleet/contracts";
import { isForOwners, signsIn } from "../profile/profile-view.ts";
import type { Notice } from "../session/notice.ts";
import type { OwnerSession } from "../session/owner-session.ts";
import { directionWords, type ShownDirection } from "./direction-words.ts";
import { type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";
import type { PageCall } from "./page-call.ts";
import type { Say, WordKey } from "./words/say.ts";

/** More profiles than a person reads are not offered. */
const mostProfiles = 500;
const refreshSeconds = 4;

/** `onlyUsed`: nothing is said of it where it is switched off. */
const directions: readonly { name: Direction; onlyUsed?: true; note?: WordKey }[] = [
  { name: "inbound" },
  { name: "outbound" },
  { name: "act", onlyUsed: true, note: "my.actNote" },
];

const day = (at: number) => new Date(at).toISOString().slice(0, 10);

function grantWords(say: Say, grant: Grant | null): Html {
  const permission = html`<dt>${say("my.permission")}</dt>`;
  if (!grant) return html`${permission}<dd>${say("my.nobody")}</dd>`;
  const until = grant.expiresAt === null ? say("my.withdraw") : say("my.until", { day: day(grant.expiresAt) });
  const state = grant.state === "good" ? until : say("my.ended");
  return html`<dt>${say("my.signedInAs")}</dt><dd>${grant.account}</dd>${permission}<dd>${state}</dd>`;
}

/** Nothing is tested before the mailbox is approved: by an administrator, or by its user, if the organisation lets them. */
function approvalForms(
  say: Say,
  session: OwnerSession,
  { kind, address, approval }: Mailbox,
  selfApproval: boolean,
): Html {
  if (approval.state === "rejected") return html`<p class="notice bad">${say("approval.rejected")}</p>`;
  const title = html`<h2>${say("approval.title")}</h2>`;
  if (!selfApproval || kind !== "user") return html`${title}<p>${say("approval.byOthers")}</p>`;
  return html`${title}<p>${say("approval.how", { address })}</p>
<form method="post" action="/my-mailbox/send-code">${carried(session)}<button class="quiet">${say("approval.send")}</button></form>
<form method="post" action="/my-mailbox/approve-by-code">${carried(session)}
<label>${say("approval.code")}<input name="code" required maxlength="20" autocomplete="one-time-code"></label>
<button>${say("approval.approve")}</button></form>`;
}

/** What every form of the session carries; the command's id makes a repeated form the same command. */
const carried = (session: OwnerSession): Html =>
  html`<input type="hidden" name="form" value="${session.formToken}"><input type="hidden" name="command" value="${randomUUID()}">`;

const box = (name: string, title: string, checked: boolean): Html =>
  html`<label><input type="checkbox" name="${name}" value="yes"${checked && html` checked`}> ${title}</label>`;

const testForm = (say: Say, session: OwnerSession): Html =>
  html`<form method="post" action="/my-mailbox/test-and-enable">${carried(session)}<button>${say("my.test")}</button></form>`;

/** Stops both ways at once; the settings stop one of them. */
const disableForm = (say: Say, session: OwnerSession): Html =>
  html`<form method="post" action="/my-mailbox/disable">${carried(session)}<button class="quiet">${say("my.disable")}</button></form>
<p class="soft">${say("my.disableNote")}</p>`;

/** What the form for the settings shows of a mailbox, as one text: the form carries it and says so what it changes. */
export function shownIn({ profileId, deliveryMethods }: Pick<Mailbox, "profileId" | "deliveryMethods">): string {
  return [profileId, deliveryMethods.inbound, deliveryMethods.outbound, deliveryMethods.act].join(" ");
}

function settingsForm(
  say: Say,
  session: OwnerSession,
  { mailbox, profiles }: { readonly mailbox: Mailbox; readonly profiles: readonly Profile[] },
): Html {
  const methods = mailbox.deliveryMethods;
  const options = profiles.map(
    ({ id, name }) => html`<option value="${id}"${id === mailbox.profileId && html` selected`}>${name}</option>`,
  );
  return html`<h2>${say("my.settings")}</h2>
<form method="post" action="/my-mailbox/settings">${carried(session)}
<input type="hidden" name="shown" value="${shownIn(mailbox)}">
${box("receive", say("my.receive"), methods.inbound !== "none")}
${box("send", say("my.send"), methods.outbound !== "none")}
${methods.act !== "none" && box("act", say("my.checkAct"), true)}
<label>${say("my.kind")} <select name="profileId">${options}</select></label>
<button class="quiet">${say("my.save")}</button></form>`;
}

/** What the next page is to say, and how. */
interface Known {
  /** The word that the page before has left. */
  readonly left?: Notice;
  /** A refusal of what a form asked for, with its status. */
  readonly refusal?: Html;
  readonly status?: number;
}

function testWords(shown: readonly ShownDirection[]): { kind: string; text: WordKey } {
  const used = shown.filter(({ status }) => status.configured);
  return used.every(({ status }) => status.lastTest?.outcome === "ok")
    ? { kind: "good", text: "notice.passed" }
    : { kind: "bad", text: "notice.notPassed" };
}

function noticeWords(
  say: Say,
  left: Notice,
  { grant, shown }: { grant: Grant | null; shown: readonly ShownDirection[] },
): Html {
  const told = (kind: string, text: Html | string) => html`<p class="notice ${kind}" role="status">${text}</p>`;
  switch (left.about) {
    case "signed-in":
      return told(
        "good",
        grant ? say.html("notice.signedInAs", { account: html`<b>${grant.account}</b>` }) : say("notice.signedIn"),
      );
    case "saved":
      return told("good", say("notice.saved"));
    case "disabled":
      return told("", say("notice.disabled"));
    case "unchanged":
      return told("", say("notice.unchanged"));
    case "code-sent":
      return told("good", say("notice.codeSent"));
    case "approved":
      return told("good", say("notice.approved"));
    case "testing": {
      if (shown.some(({ underTest }) => underTest)) return told("", say("notice.testing"));
      const { kind, text } = testWords(shown);
      return told(kind, say(text));
    }
  }
}

/**
 * The owner's page: who signed in, until when, what works, and what the owner may do. It follows a test to its end.
 * `over`: what was left to be said has been said.
 */
export async function myMailboxPage(
  call: PageCall,
  session: OwnerSession,
  { left, refusal, status }: Known = {},
): Promise<{ page: Page; over: boolean }> {
  const { mailboxId } = session;
  const { say } = call;
  const [mailbox, { items }, grant, { selfApproval }] = await Promise.all([
    call.ask("config.mailbox.get", { id: mailboxId }),
    call.ask("config.profile.list", { limit: mostProfiles }),
    call.ask("config.grant.get", { mailboxId }),
    call.ask("config.settings.get", {}),
  ]);
  const profiles = items.filter((profile) => isForOwners(profile) || profile.id === mailbox.profileId);
  const own = profiles.find((profile) => profile.id === mailbox.profileId);
  const signs = own !== undefined && signsIn(own);
  const used = directions.filter(({ name, onlyUsed }) => !onlyUsed || mailbox.directions[name].configured);
  const shown = used.map(({ name, note }): ShownDirection => {
    const found = mailbox.directions[name];
    // A direction that works is tested beside its work: only the end of the test shows that it was.
    const awaited = left?.about === "testing" && (found.lastTest?.at ?? 0) <= left.after;
    return {
      title: say(`my.${name}`),
      status: found,
      ...(note && { note: say(note) }),
      underTest: found.configured && (found.state === "testing" || awaited),
    };
  });
  const testing = shown.some(({ underTest }) => underTest);
  const page: Page = {
    title: mailbox.address,
    language: say.language,
    ...(status === undefined ? {} : { status }),
    ...(testing && refusal === undefined ? { refreshSeconds } : {}),
    body: html`${left && noticeWords(say, left, { grant, shown })}${refusal}
<dl>${signs && grantWords(say, grant)}${shown.map((one) => directionWords(say, one))}</dl>
${mailbox.approval.state === "approved" ? testForm(say, session) : approvalForms(say, session, mailbox, selfApproval)}
${mailbox.wanted === true && disableForm(say, session)}
${signs && html`<p><a href="/sign-in/${mailboxId}">${say("my.signInAgain")}</a></p>`}
<p><a href="/my-mailbox/mail">${say("mail.title")}</a></p>
${settingsForm(say, session, { mailbox, profiles })}
<hr>
<form method="post" action="/my-mailbox/leave">${carried(session)}<button class="quiet">${say("my.leave")}</button></form>
<p class="soft">${say("my.hour")}</p>`,
  };
  return { page, over: left?.about !== "testing" || !testing };
}
