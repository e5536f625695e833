import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsOf } from "./search-messages.ts";

const message = { receivedAt: 1, storedAt: 2, size: 3 };
const report = { ...message, undeliverable: { recipients: [], messageId: null } };
const seen = (...[of, name, source]: Parameters<typeof eventsOf>) =>
  eventsOf(of, name, source)
    .map(({ what }) => what)
    .slice(2);

const cases = {
  "nothing waits": [message, "1-5", {}, ["announced"]],
  "its fact may be missing": [message, "1-5", { pending: { from: "1-4", to: "1-6" } }, ["toBeAnnounced"]],
  "the facts of others may be missing": [message, "1-7", { pending: { from: "1-4", to: "1-6" } }, ["announced"]],
  "its fact is named": [message, "x", { pending: { ids: ["y", "x"] } }, ["toBeAnnounced"]],
  "a report that is still to be moved": [report, "e001-1-5", { toMove: ["1-5"] }, ["announced", "about", "toBeMoved"]],
  "no report": [message, "1-5", { toMove: ["1-5"] }, ["announced"]],
} as const;
for (const [what, [of, name, source, expected]] of Object.entries(cases))
  test(`what happened to a received message: ${what}`, () => assert.deepEqual(seen(of, name, source), expected));
