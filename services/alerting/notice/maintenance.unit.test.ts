import assert from "node:assert/strict";
import { test } from "node:test";
import { windowUntil } from "./maintenance.ts";

/** A window, a moment, and until when it is open then; `null`: it is not. */
const moments: readonly (readonly [window: string, at: string, until: string | null])[] = [
  ["2027-02-06T22:00/2027-02-07T04:00 Europe/Berlin", "2027-02-06T20:59:59Z", null],
  ["2027-02-06T22:00/2027-02-07T04:00 Europe/Berlin", "2027-02-06T21:00:00Z", "2027-02-07T03:00:00Z"],
  ["2027-02-06T22:00/2027-02-07T04:00 Europe/Berlin", "2027-02-07T02:59:30Z", "2027-02-07T03:00:00Z"],
  ["2027-02-06T22:00/2027-02-07T04:00 Europe/Berlin", "2027-02-07T03:00:00Z", null],
  // Saturday and Sunday night; 6 February 2027 is a Saturday.
  ["sat,sun 22:00-04:00 UTC", "2027-02-06T21:59:00Z", null],
  ["sat,sun 22:00-04:00 UTC", "2027-02-06T22:00:00Z", "2027-02-07T04:00:00Z"],
  ["sat,sun 22:00-04:00 UTC", "2027-02-08T03:59:00Z", "2027-02-08T04:00:00Z"],
  ["sat,sun 22:00-04:00 UTC", "2027-02-08T04:00:00Z", null],
  ["sat,sun 22:00-04:00 UTC", "2027-02-09T03:00:00Z", null],
  ["sat-mon 22:00-04:00 UTC", "2027-02-09T03:00:00Z", "2027-02-09T04:00:00Z"],
  ["daily 12:00-13:00 Asia/Tokyo", "2027-02-10T03:30:00Z", "2027-02-10T04:00:00Z"],
  ["daily 12:00-13:00 Asia/Tokyo", "2027-02-10T12:30:00Z", null],
  // Clocks in Berlin go from 2 to 3 on 28 March, and from 3 to 2 on 31 October.
  ["sun 01:00-05:00 Europe/Berlin", "2027-03-28T00:30:00Z", "2027-03-28T03:00:00Z"],
  ["sun 01:00-05:00 Europe/Berlin", "2027-10-30T23:30:00Z", "2027-10-31T04:00:00Z"],
];

for (const [window, at, until] of moments)
  test(`a maintenance window ${window} at ${at}: ${until ?? "is not open"}`, () => {
    const found = windowUntil([window], Date.parse(at));
    assert.equal(found, until === null ? null : Date.parse(until));
  });

test("of several windows the open one counts", () => {
  const windows = ["daily 01:00-02:00 UTC", "daily 03:00-04:00 UTC"];
  assert.equal(windowUntil(windows, Date.parse("2027-02-10T03:30:00Z")), Date.parse("2027-02-10T04:00:00Z"));
  assert.equal(windowUntil([], 0), null);
});
