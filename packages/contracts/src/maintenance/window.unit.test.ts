import assert from "node:assert/strict";
import { test } from "node:test";
import { MaintenanceWindow, readWindow } from "./window.ts";

const refused: readonly (readonly [text: string, why: RegExp])[] = [
  ["", /must be a window/],
  ["sun 02:00-04:00", /must end with a time zone/],
  ["sun 02:00-04:00 Mars/Base", /must end with a time zone such as Europe\/Berlin, not Mars\/Base/],
  ["sun 2:00-4:00 UTC", /must be a window/],
  ["sun 02:00-24:00 UTC", /must be a window/],
  ["sun 02:00-02:00 UTC", /another time/],
  ["sunday 02:00-04:00 UTC", /must be a window/],
  ["mon-fri-sun 02:00-04:00 UTC", /must be a window/],
  ["2027-02-30T22:00/2027-03-01T04:00 UTC", /must be a window/],
  ["2027-02-07T22:00/2027-02-07T04:00 UTC", /end after it begins/],
  ["2027-02-07T22:00/2027-04-07T04:00 UTC", /at most 31 days/],
  ["2027-02-07T22:00:00Z/2027-02-07T23:00:00Z UTC", /must be a window/],
];

for (const [text, why] of refused)
  test(`the window "${text}" is refused: ${why.source}`, () => {
    assert.match(MaintenanceWindow.safeParse(text).error?.issues[0]?.message ?? "", why);
  });

test("days are read as lists and as spans over the end of the week", () => {
  const daysOf = (text: string) => {
    const read = readWindow(text);
    return typeof read === "string" || read.kind === "once"
      ? read
      : read.spans.map(({ from }) => Math.floor(from / 1440));
  };
  assert.deepEqual(daysOf("mon,wed 22:00-04:00 UTC"), [0, 2]);
  assert.deepEqual(daysOf("SAT-mon 22:00-04:00 UTC"), [5, 6, 0]);
  assert.deepEqual(daysOf("daily 22:00-04:00 UTC"), [0, 1, 2, 3, 4, 5, 6]);
});
