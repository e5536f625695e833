import assert from "node:assert/strict";
import { test } from "node:test";
import { endWithoutMailbox } from "../profile/without-mailbox.ts";
import { givenProfile } from "./given-documents.ts";

const imap = (more: object) => ({ inbound: { protocol: "imap", host: "imap.example.org", ...more } });
const exchange = (server: object, more: object = {}) => {
  const both = { host: "mail.example.org", ...server };
  return { type: "exchange-server", inbound: both, outbound: both, ...more };
};
const google = (flow: string, more: object = {}) => ({
  ...{ type: "gmail", oauth: { provider: "google", clientId: "c", flow } },
  ...more,
});
const entra = { provider: "microsoft", flow: "application", tenantId: "contoso.test", clientId: "c" };
const addressing = { by: "authorization-identity" };

/** What a profile is, in which direction, and before what its test ends without a mailbox; `null`: it goes to its end. */
const rows: readonly (readonly [string, object, "inbound" | "outbound", "sign-in" | "mailbox" | null])[] = [
  ["credentials of each mailbox", {}, "inbound", "sign-in"],
  ["the profile's own account", imap({ credentials: "profile" }), "inbound", null],
  ["a master user", imap({ credentials: "profile", addressing }), "inbound", "sign-in"],
  ["a relay for everybody", { outbound: { host: "smtp.example.org", credentials: "anonymous" } }, "outbound", null],
  ["users who sign in", google("sign-in"), "inbound", "sign-in"],
  ["a service account", google("service-account", { inbound: { protocol: "gmail" } }), "inbound", "sign-in"],
  [
    "an application at Graph",
    { type: "exchange-online", oauth: entra, inbound: {}, outbound: {} },
    "outbound",
    "mailbox",
  ],
  ["an application over IMAP", { type: "exchange-online", oauth: entra, ...imap({}) }, "inbound", "sign-in"],
  ["an impersonating account", exchange({}), "inbound", "mailbox"],
  ["Exchange with each mailbox's password", exchange({ credentials: "mailbox" }), "outbound", "sign-in"],
];

for (const [what, change, direction, before] of rows)
  test(`a test without a mailbox of ${what}: ${before ?? "goes to its end"}`, () => {
    const { settings } = givenProfile(change);
    const end = endWithoutMailbox(settings, direction);
    assert.equal(end?.before ?? null, before);
    if (end) assert.match(end.why, /^no mailbox is named, and /);
  });
