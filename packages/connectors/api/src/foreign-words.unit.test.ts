import assert from "node:assert/strict";
import { test } from "node:test";
import { foreignWords } from "./foreign-words.ts";

test("what answers in another protocol is shown on one line, except what a NATS server tells of itself", () => {
  assert.equal(foreignWords("SSH-2.0-OpenSSH_9.2\r\n\u0000"), "SSH-2.0-OpenSSH_9.2");
  assert.equal(
    foreignWords('INFO {"server_id":"NA","host":"10.0.0.7","connect_urls":["10.0.0.8:4222"]}\r\n'),
    "INFO {…}: a NATS server",
  );
  assert.equal(foreignWords("x".repeat(1000)).length, 200);
});
