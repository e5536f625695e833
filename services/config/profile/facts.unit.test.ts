import assert from "node:assert/strict";
import { test } from "node:test";
import { at, givenProfile } from "../test/given-documents.ts";
import { refusalsOver } from "./facts.ts";

test("the alert of refused credentials is over in each direction that no longer signs in with them", () => {
  const shared = { host: "mail.example.org", credentials: "profile", addressing: { by: "authorization-identity" } };
  const given = (inbound: object, outbound: object) => givenProfile({ inbound, outbound });
  const before = given(shared, { host: "mail.example.org", credentials: "profile" });
  const over = (after: typeof before) => refusalsOver(before, after, at).map(({ body }) => body);
  assert.deepEqual(over(before), []);
  const cleared = { at, codes: ["PROFILE_SIGN_IN_REFUSED"] };
  const object = { type: "profile", id: before._id, label: before.settings.name };
  assert.deepEqual(over(given(shared, { host: "mail.example.org", credentials: "anonymous" })), [
    { ...cleared, object: { ...object, direction: "outbound" } },
  ]);
  const own = { host: "mail.example.org", credentials: "mailbox" };
  assert.equal(over(given(own, own)).length, 2);
});
