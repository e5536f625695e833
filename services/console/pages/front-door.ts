import type { FastifyReply } from "fastify";
import { html } from "./html.ts";
import { sendPage } from "./layout.ts";
import type { PageCall } from "./page-call.ts";

/** `GET /`: says what runs here and where each kind of reader goes on. It tells nothing about the installation. */
export async function showFrontDoor({ say }: PageCall, reply: FastifyReply): Promise<FastifyReply> {
  const page = html`<a href="/admin/">${say("door.adminLink")}</a>`;
  const described = html`<a href="/api/v1/openapi.json">${say("door.described")}</a>`;
  const parts = {
    ...{ page, described },
    command: html`<code>mailfleet</code>`,
    help: html`<code>mailfleet --help</code>`,
    api: html`<code>/api/v1</code>`,
  };
  return sendPage(reply, {
    title: say("door.title"),
    language: say.language,
    body: html`<p><b>${say("door.user")}</b> ${say("door.userDo")} <a href="/my-mailbox">${say("door.userLink")}</a>.</p>
<p><b>${say("door.admin")}</b> ${say.html("door.adminDo", parts)}</p>`,
  });
}
