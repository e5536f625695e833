import { randomUUID } from "node:crypto";
import type { Direction, Grant, Mailbox, Profile } from "@mailfleet/contracts";
import { isForOwners, signsIn } from "../profile/profile-view.ts";
import type { Notice } from "../session/notice.ts";
import type { OwnerSession } from "../session/owner-session.ts";
import { directionWords, type ShownDirection } from "./direction-words.ts";
import { type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";
import type { PageCall } from "./page-call.ts";

/** More profiles than a person reads are not offered. */
const mostProfiles = 500;
const refreshSeconds = 4;

/** `onlyUsed`: nothing is said of it where it is switched off. */
const directions: readonly { name: Direction; title: string; onlyUsed?: true; note?: string }[] = [
  { name: "inbound", title: "Receiving" },
  { name: "outbound", title: "Sending" },
  {
    ...{ name: "act", title: "Appointments, contacts and tasks", onlyUsed: true },
    note: "They are not synchronised yet: Mailfleet only checks that it may open them.",
  },
];

const day = (at: number) => new Date(at).toISOString().slice(0, 10);

function grantWords(grant: Grant | null): Html {
  if (!grant) return html`<dt>Permission</dt><dd>nobody has signed in</dd>`;
  const until = grant.expiresAt === null ? "until you withdraw it" : `until ${day(grant.expiresAt)}`;
  const state = grant.state === "good" ? until : "has ended: sign in again";
  return html`<dt>Signed in as</dt><dd>${grant.account}</dd><dt>Permission</dt><dd>${state}</dd>`;
}

/** What every form of the session carries; the command's id makes a repeated form the same command. */
const carried = (session: OwnerSession): Html =>
  html`<input type="hidden" name="form" value="${session.formToken}"><input type="hidden" name="command" value="${randomUUID()}">`;

const box = (name: string, title: string, checked: boolean): Html =>
  html`<label><input type="checkbox" name="${name}" value="yes"${checked && html` checked`}> ${title}</label>`;

/** Stops both ways at once; the settings stop one of them. */
const disableForm = (session: OwnerSession): Html =>
  html`<form method="post" action="/my-mailbox/disable">${carried(session)}<button class="quiet">Disable the mailbox</button></form>
<p class="soft">This stops everything until you test and enable the mailbox again. To stop only receiving or sending, use the settings.</p>`;

/** What the form for the settings shows of a mailbox, as one text: the form carries it and says so what it changes. */
export function shownIn({ profileId, deliveryMethods }: Pick<Mailbox, "profileId" | "deliveryMethods">): string {
  return [profileId, deliveryMethods.inbound, deliveryMethods.outbound, deliveryMethods.act].join(" ");
}

function settingsForm(session: OwnerSession, mailbox: Mailbox, profiles: readonly Profile[]): Html {
  const methods = mailbox.deliveryMethods;
  const options = profiles.map(
    ({ id, name }) => html`<option value="${id}"${id === mailbox.profileId && html` selected`}>${name}</option>`,
  );
  return html`<h2>Settings</h2>
<form method="post" action="/my-mailbox/settings">${carried(session)}
<input type="hidden" name="shown" value="${shownIn(mailbox)}">
${box("receive", "Receive mail of this mailbox", methods.inbound !== "none")}
${box("send", "Send mail from this mailbox", methods.outbound !== "none")}
${methods.act !== "none" && box("act", "Check access to appointments, contacts and tasks", true)}
<label>Kind of connection: <select name="profileId">${options}</select></label>
<button class="quiet">Save</button></form>`;
}

/** What the next page is to say, and how. */
interface Known {
  /** The word that the page before has left. */
  readonly left?: Notice;
  /** A refusal of what a form asked for, with its status. */
  readonly refusal?: Html;
  readonly status?: number;
}

function testWords(shown: readonly ShownDirection[]): { good: boolean; text: string } {
  const used = shown.filter(({ status }) => status.configured);
  if (used.every(({ status }) => status.lastTest?.outcome === "ok"))
    return { good: true, text: "The test has passed: your mailbox works." };
  return { good: false, text: "The test has not passed. Below is what the server says and what you can do." };
}

function noticeWords(left: Notice, grant: Grant | null, shown: readonly ShownDirection[]): Html {
  const told = (kind: string, text: Html | string) => html`<p class="notice ${kind}" role="status">${text}</p>`;
  switch (left.about) {
    case "signed-in":
      return told(
        "good",
        html`You signed in${grant && html` as <b>${grant.account}</b>`}. Mailfleet may use the mailbox now.`,
      );
    case "saved":
      return told("good", "Your settings are saved. What has changed is tested before it is used.");
    case "disabled":
      return told(
        "",
        "Your mailbox is disabled: mail is neither received nor sent until you test and enable it again.",
      );
    case "unchanged":
      return told("", "There was nothing to save: the settings were the same.");
    case "testing": {
      if (shown.some(({ underTest }) => underTest))
        return told("", "Your mailbox is being tested. This page shows the result as soon as it is available.");
      const { good, text } = testWords(shown);
      return told(good ? "good" : "bad", text);
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
  const [mailbox, { items }, grant] = await Promise.all([
    call.ask("config.mailbox.get", { id: mailboxId }),
    call.ask("config.profile.list", { limit: mostProfiles }),
    call.ask("config.grant.get", { mailboxId }),
  ]);
  const profiles = items.filter((profile) => isForOwners(profile) || profile.id === mailbox.profileId);
  const own = profiles.find((profile) => profile.id === mailbox.profileId);
  const signs = own !== undefined && signsIn(own);
  const used = directions.filter(({ name, onlyUsed }) => !onlyUsed || mailbox.directions[name].configured);
  const shown = used.map(({ name, title, note }): ShownDirection => {
    const found = mailbox.directions[name];
    // A direction that works is tested beside its work: only the end of the test shows that it was.
    const awaited = left?.about === "testing" && (found.lastTest?.at ?? 0) <= left.after;
    return {
      title,
      status: found,
      ...(note && { note }),
      underTest: found.configured && (found.state === "testing" || awaited),
    };
  });
  const testing = shown.some(({ underTest }) => underTest);
  const page: Page = {
    title: mailbox.address,
    ...(status === undefined ? {} : { status }),
    ...(testing && refusal === undefined ? { refreshSeconds } : {}),
    body: html`${left && noticeWords(left, grant, shown)}${refusal}
<dl>${signs && grantWords(grant)}${shown.map(directionWords)}</dl>
<form method="post" action="/my-mailbox/test-and-enable">${carried(session)}<button>Test and enable</button></form>
${mailbox.wanted === true && disableForm(session)}
${signs && html`<p><a href="/sign-in/${mailboxId}">Sign in again</a></p>`}
${settingsForm(session, mailbox, profiles)}
<hr>
<form method="post" action="/my-mailbox/leave">${carried(session)}<button class="quiet">Leave this page</button></form>
<p class="soft">This page stays open for an hour after you signed in.</p>`,
  };
  return { page, over: left?.about !== "testing" || !testing };
}
