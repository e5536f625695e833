import assert from "node:assert/strict";
import { test } from "node:test";
import { JetStreamApiError } from "@nats-io/jetstream";
import { createStoring } from "./storing.ts";

const refused = (err_code: number) => new JetStreamApiError({ code: 503, err_code, description: "refused" });
const subject = "fact.mail.mb_1.received";

function given() {
  const clock = { at: 0 };
  const storing = createStoring(() => clock.at);
  const fails = (at: number, error: unknown = new Error("timeout"), on = subject) => {
    clock.at = at;
    storing.failed(on, error);
    return storing.health();
  };
  return { clock, storing, fails };
}

test("a stream that confirms nothing in two attempts is said, until it confirms something", () => {
  const { storing, fails } = given();
  assert.equal(fails(2500), null);
  assert.equal(fails(2501), null, "sent together");
  assert.match(fails(5001) ?? "", /^NATS stores no message \(timeout\): look at its log and its disk/);
  storing.stored("run.inbound.sync.mb_1");
  assert.ok(storing.health(), "another stream says nothing about this one");
  storing.stored("fact.run.inbound.mb_1");
  assert.equal(storing.health(), null);
});

test("what nobody has tried for a minute is forgotten, and a slow one here and there is nothing", () => {
  const { clock, storing, fails } = given();
  assert.equal(fails(2500), null);
  assert.equal(fails(90_000), null);
  assert.ok(fails(93_000));
  clock.at += 60_000;
  assert.equal(storing.health(), null);
});

test("a stream that is at its own limit does store; a server without room does not", () => {
  const { fails } = given();
  fails(0, refused(10_077));
  assert.equal(fails(5000, refused(10_077)), null);
  fails(6000, refused(10_023));
  assert.match(fails(9000, refused(10_023)) ?? "", /refused/);
});
