import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Story, story } from "./story.ts";

const said = (told: Story) => told.some("raiseAlert").filter(({ code }) => code === "MAILBOX_ENABLED");
const takenBack = (told: Story) => told.some("clearAlert").some(({ codes }) => codes?.includes("MAILBOX_ENABLED"));
const asked = () => {
  const told = story();
  told.tell({ type: "test", enable: true });
  return told;
};
const passed = () => {
  const told = asked();
  told.ok("inbound", "test");
  told.ok("outbound", "test");
  assert.equal(said(told).length, 1);
  return told;
};

describe("that a test and enable passed", () => {
  test("is said once, when the last direction has passed, with what works since when", () => {
    const told = asked();
    told.ok("inbound", "test");
    assert.deepEqual(said(told), []);
    told.at += 5000;
    told.ok("outbound", "test");
    assert.deepEqual(said(told), [
      {
        type: "raiseAlert",
        code: "MAILBOX_ENABLED",
        detail: "Receiving works since 1970-01-01T00:16:40.000Z. Sending works since 1970-01-01T00:16:45.000Z.",
      },
    ]);
  });

  test("is said after a test that was tried again by itself", () => {
    const told = asked();
    told.ok("inbound", "test");
    told.failed("outbound", "test", "CONNECTION_REFUSED");
    told.timer("outbound");
    told.ok("outbound", "test");
    assert.equal(said(told).length, 1);
  });

  test("says of the other directions that they do not work", () => {
    const told = asked();
    told.ok("inbound", "test");
    told.failed("outbound", "test", "INBOX_UNAVAILABLE");
    told.tell({ type: "test", enable: true, directions: ["inbound"] });
    told.ok("inbound", "test");
    assert.match(said(told)[0]?.detail ?? "", /^Receiving works since \S+ Sending does not work\.$/);
  });

  const unsaid: [string, (told: Story) => void][] = [
    [
      "a part of it failed, and passes later in a test that nobody asked for",
      (told) => {
        told.ok("inbound", "test");
        told.failed("outbound", "test", "INBOX_UNAVAILABLE");
        told.tell({ type: "settingsChanged", directions: ["outbound"], fields: ["/credentials"] });
        told.ok("outbound", "test");
      },
    ],
    [
      "it was disabled meanwhile",
      (told) => {
        told.tell({ type: "disable" });
        told.tell({ type: "test", enable: false });
        told.ok("inbound", "test");
        told.ok("outbound", "test");
      },
    ],
  ];
  for (const [why, happens] of unsaid)
    test(`is not said if ${why}`, () => {
      const told = asked();
      happens(told);
      assert.deepEqual(said(told), []);
    });

  const ends: [string, (told: Story) => void][] = [
    ["a direction fails", (told) => told.failed("inbound", "sync", "CONNECTION_REFUSED")],
    ["the mailbox is disabled", (told) => told.tell({ type: "disable" })],
    [
      "the settings change",
      (told) => told.tell({ type: "settingsChanged", directions: ["inbound"], fields: ["/credentials"] }),
    ],
    ["somebody asks again", (told) => told.tell({ type: "test", enable: true })],
  ];
  for (const [why, happens] of ends)
    test(`is taken back when ${why}`, () => {
      const told = passed();
      happens(told);
      assert.ok(takenBack(told));
    });

  test("is not said again for tests and recoveries that nobody asked for", () => {
    const told = passed();
    told.failed("inbound", "sync", "CONNECTION_REFUSED");
    told.ok("inbound", "sync");
    assert.deepEqual(said(told), []);
    told.tell({ type: "settingsChanged", directions: ["inbound"], fields: ["/credentials"] });
    told.ok("inbound", "test");
    assert.deepEqual(said(told), []);
    told.tell({ type: "test", enable: false });
    told.ok("inbound", "test");
    told.ok("outbound", "test");
    assert.deepEqual(said(told), []);
  });

  test("is said again when somebody asks again", () => {
    const told = passed();
    told.tell({ type: "test", enable: true });
    told.ok("inbound", "test");
    assert.deepEqual(said(told), []);
    told.ok("outbound", "test");
    assert.equal(said(told).length, 1);
  });
});
