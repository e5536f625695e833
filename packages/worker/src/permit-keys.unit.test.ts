import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "@mailfleet/contracts";
import { permitKeys } from "./permit-keys.ts";

const keysOf = (
  protocol: Connection["server"]["protocol"],
  state: Connection["state"] = "enabled.running",
  isProven?: boolean,
) =>
  permitKeys(
    {
      state,
      mailboxId: "mb_1",
      credentials: { type: "anonymous", holder: "pf_1" },
      maximumConcurrentConnections: 10,
      server: { protocol, host: "Mail.Example.org", port: 443, security: "tls" },
    },
    isProven,
  );

test("a connection counts under its holder and its server, and by Graph under its mailbox", () => {
  const usual = [
    { key: "holder:pf_1", most: 10 },
    { key: "host:mail.example.org:443", most: 300 },
  ];
  assert.deepEqual(keysOf("imap"), usual);
  // Four requests at once: one session receives by two, two others send, test or look up by one each.
  assert.deepEqual(keysOf("graph"), [{ key: "mailbox:mb_1", most: 3 }, ...usual]);
});

test("a mailbox that did not work quickly the last time leaves a part of its server to those that did, whose connections do not count for that", () => {
  const atHost = (state: Connection["state"]) => keysOf("imap", state).slice(1);
  const host = { key: "host:mail.example.org:443", most: 300 };
  const unproven = { key: "host:mail.example.org:443:unproven", most: 225 };
  assert.deepEqual((["testing", "enabled.running", "enabled.retrying", "failed.probing"] as const).map(atHost), [
    [host],
    [host],
    [unproven, host],
    [unproven, host],
  ]);
  assert.deepEqual(keysOf("imap", "enabled.running", false).slice(1), [unproven, host], "as does one that was slow");
});
