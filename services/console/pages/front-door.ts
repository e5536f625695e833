import type { FastifyReply } from "fastify";
import { html } from "./html.ts";
import { sendPage } from "./layout.ts";
import type { PageCall } from "./page-call.ts";

/** `GET /`: says what runs here and where each kind of reader goes on. It tells nothing about the installation. */
export async function showFrontDoor(_call: PageCall, reply: FastifyReply): Promise<FastifyReply> {
  return sendPage(reply, {
    title: "Mailfleet runs here",
    body: html`<p><b>Is a mailbox of yours connected here?</b> Open the sign-in link that you were sent. If you have
signed in within the last hour, go <a href="/my-mailbox">to your mailbox</a>.</p>
<p><b>Do you administer mailboxes?</b> Open <a href="/admin/">the administrator's page</a>, or use the command
<code>mailfleet</code> (<code>mailfleet --help</code>) or the HTTP API at <code>/api/v1</code>, which
<a href="/api/v1/openapi.json">describes itself</a>. All need a token.</p>`,
  });
}
