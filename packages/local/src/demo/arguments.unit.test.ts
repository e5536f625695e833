import assert from "node:assert/strict";
import { test } from "node:test";
import { readArguments, serverFrom } from "./arguments.ts";

const own = ["--imap", "i.test:1143", "--smtp", "s.test", "--user", "a@b.test"];

test("the demo with one's own mailbox takes security and certificates, or goes by the port", () => {
  const asked = readArguments([...own, "--imap-security", "none", "--ca", "ca.pem"]).own;
  assert.deepEqual(asked, {
    imap: "i.test:1143",
    smtp: "s.test",
    user: "a@b.test",
    imapSecurity: "none",
    ca: "ca.pem",
  });
  assert.deepEqual(serverFrom("i.test:1143", 993, "none"), { host: "i.test", port: 1143, security: "none" });
  assert.equal(serverFrom("i.test:1143", 993).security, "starttls");
  assert.equal(serverFrom("i.test", 993).security, "tls");
});

test("the demo says how it is used when asked, and what is wrong", () => {
  assert.equal(readArguments(["--help"]).help, true);
  assert.throws(
    () => readArguments([...own, "--smtp-security", "ssl"]),
    /none, starttls or tls, not ssl[\s\S]*npm run demo/,
  );
  assert.throws(() => readArguments(["--ca", "ca.pem"]), /belong to --imap/);
});
