import assert from "node:assert/strict";
import { test } from "node:test";
import { quietUntil } from "./quiet-hours.ts";

/** A moment, the quiet hours then, and until when mail waits; `null`: it does not. */
const quietMoments: readonly {
  readonly what: string;
  readonly hours: readonly [from: string, to: string, timeZone: string];
  readonly at: string;
  readonly until: string | null;
}[] = [
  { what: "before they begin", hours: ["22:00", "07:00", "UTC"], at: "2027-01-31T21:59:59Z", until: null },
  {
    what: "as they begin",
    hours: ["22:00", "07:00", "UTC"],
    at: "2027-01-31T22:00:00Z",
    until: "2027-02-01T07:00:00Z",
  },
  {
    what: "after midnight",
    hours: ["22:00", "07:00", "UTC"],
    at: "2027-02-01T06:59:30Z",
    until: "2027-02-01T07:00:00Z",
  },
  { what: "as they end", hours: ["22:00", "07:00", "UTC"], at: "2027-02-01T07:00:00Z", until: null },
  { what: "within a day", hours: ["12:00", "13:00", "UTC"], at: "2027-02-01T12:30:00Z", until: "2027-02-01T13:00:00Z" },
  {
    what: "in winter in Berlin",
    hours: ["22:00", "07:00", "Europe/Berlin"],
    at: "2027-01-31T21:30:00Z",
    until: "2027-02-01T06:00:00Z",
  },
  {
    what: "in summer in Berlin",
    hours: ["22:00", "07:00", "Europe/Berlin"],
    at: "2027-07-31T20:30:00Z",
    until: "2027-08-01T05:00:00Z",
  },
  {
    what: "where a zone is half an hour off",
    hours: ["22:00", "07:00", "Asia/Kolkata"],
    at: "2027-01-31T16:29:00Z",
    until: null,
  },
  {
    what: "in Tokyo",
    hours: ["18:00", "09:00", "Asia/Tokyo"],
    at: "2027-01-31T23:30:00Z",
    until: "2027-02-01T00:00:00Z",
  },
];

for (const { what, hours, at, until } of quietMoments)
  test(`quiet hours ${what}: mail waits ${until === null ? "for nothing" : `until ${until}`}`, () => {
    const [from, to, timeZone] = hours;
    const found = quietUntil({ from, to, timeZone, errors: false }, "warning", Date.parse(at));
    assert.equal(found, until && Date.parse(until));
  });

test("mail about errors waits only where the quiet hours say so", () => {
  const hours = { from: "22:00", to: "07:00", timeZone: "UTC" };
  const night = Date.parse("2027-01-31T23:00:00Z");
  assert.equal(quietUntil({ ...hours, errors: false }, "error", night), null);
  assert.equal(quietUntil({ ...hours, errors: true }, "error", night), Date.parse("2027-02-01T07:00:00Z"));
  assert.equal(quietUntil(null, "warning", night), null);
});
