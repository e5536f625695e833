import { randomUUID } from "node:crypto";
import type { DirectionStatus, Grant, Mailbox, Profile } from "@mailfleet/contracts";
import { signsIn } from "../profile/profile-view.ts";
import type { OwnerSession } from "../session/owner-session.ts";
import { foreignWords, type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";
import type { PageCall } from "./page-call.ts";

/** More profiles than a person reads are not offered. */
const mostProfiles = 500;
const refreshSeconds = 4;

const directions = [
  { name: "inbound", title: "Receiving" },
  { name: "outbound", title: "Sending" },
] as const;

const day = (at: number) => new Date(at).toISOString().slice(0, 10);

function stateWords(status: DirectionStatus): string {
  if (!status.configured) return "not wanted";
  if (status.state === "testing") return "being tested …";
  if (status.enabled) return status.lastError ? "works, with trouble at the moment" : "works";
  if (status.lastTest?.outcome === "ok") return "tested well, not enabled";
  return status.lastError ? "does not work" : "not tested yet";
}

const directionWords = (title: string, status: DirectionStatus): Html =>
  html`<dt>${title}</dt><dd>${stateWords(status)}${
    status.lastError &&
    html`<br><span class="soft">${foreignWords(status.lastError.text)} ${foreignWords(status.lastError.remedy)}</span>`
  }</dd>`;

function grantWords(grant: Grant | null): Html {
  if (!grant) return html`<dt>Permission</dt><dd>nobody has signed in</dd>`;
  const until = grant.expiresAt === null ? "until you take it back" : `until ${day(grant.expiresAt)}`;
  const state = grant.state === "good" ? until : "has ended: sign in again";
  return html`<dt>Signed in as</dt><dd>${grant.account}</dd><dt>Permission</dt><dd>${state}</dd>`;
}

/** What every form of the session carries; the command's id makes a repeated form the same command. */
const carried = (session: OwnerSession): Html =>
  html`<input type="hidden" name="form" value="${session.formToken}"><input type="hidden" name="command" value="${randomUUID()}">`;

const box = (name: string, title: string, checked: boolean): Html =>
  html`<label><input type="checkbox" name="${name}" value="yes"${checked && html` checked`}> ${title}</label>`;

function settingsForm(session: OwnerSession, mailbox: Mailbox, profiles: readonly Profile[]): Html {
  const methods = mailbox.deliveryMethods;
  const options = profiles.map(
    ({ id, name }) => html`<option value="${id}"${id === mailbox.profileId && html` selected`}>${name}</option>`,
  );
  return html`<h2>Choose</h2>
<form method="post" action="/my-mailbox/settings">${carried(session)}
<input type="hidden" name="version" value="${mailbox.v}">
${box("receive", "Receive mail of this mailbox", methods.inbound !== "none")}
${box("send", "Send mail from this mailbox", methods.outbound !== "none")}
<label>Kind of connection: <select name="profileId">${options}</select></label>
<button class="quiet">Save</button></form>`;
}

/** What is known already, so that it is not asked for again. */
interface Known {
  readonly notice?: Html;
  readonly grant?: Grant;
  readonly mailbox?: Mailbox;
  readonly status?: number;
}

/** The owner's page: who signed in, until when, what works, and what the owner may do. */
export async function myMailboxPage(call: PageCall, session: OwnerSession, known: Known = {}): Promise<Page> {
  const { mailboxId } = session;
  const [mailbox, { items }, kept] = await Promise.all([
    known.mailbox ?? call.ask("config.mailbox.get", { id: mailboxId }),
    call.ask("config.profile.list", { limit: mostProfiles }),
    known.grant ?? call.ask("config.grant.get", { mailboxId }),
  ]);
  const profiles = items.filter((profile) => profile.active || profile.id === mailbox.profileId);
  const own = profiles.find((profile) => profile.id === mailbox.profileId);
  const signs = own !== undefined && signsIn(own);
  const testing = directions.some(({ name }) => mailbox.directions[name].state === "testing");
  return {
    title: mailbox.address,
    ...(known.status === undefined ? {} : { status: known.status }),
    ...(testing && call.request.method === "GET" && known.notice === undefined ? { refreshSeconds } : {}),
    body: html`${known.notice}
<dl>${signs && grantWords(kept)}${directions.map(({ name, title }) => directionWords(title, mailbox.directions[name]))}</dl>
<form method="post" action="/my-mailbox/test-and-enable">${carried(session)}<button>Test and enable</button></form>
${signs && html`<p><a href="/sign-in/${mailboxId}">Sign in again</a></p>`}
${settingsForm(session, mailbox, profiles)}
<form method="post" action="/my-mailbox/leave">${carried(session)}<button class="quiet">Leave this page</button></form>
<p class="soft">This page stays open for an hour after you signed in.</p>`,
  };
}
