import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeploymentMark } from "@mailfleet/contracts";
import { heldBecause } from "./held.ts";

const mark = (id: string, epoch: number, beat: number): DeploymentMark => ({ id, epoch, beat });
const a = mark("dp_aaaa", 2, 50);

const cases: readonly [what: string, own: DeploymentMark | null, known: DeploymentMark | null, held: RegExp | null][] =
  [
    ["the same in both", a, a, null],
    ["NATS is told a moment later", mark("dp_aaaa", 2, 51), a, null],
    ["both are new", null, null, /^This deployment has no id yet; run `mailfleet topology apply`$/],
    [
      "a crash between the two marks of a new deployment",
      mark("dp_aaaa", 1, 0),
      null,
      /^This deployment has no id yet/,
    ],
    ["a copy of the database, or a new NATS", a, null, /^Held: NATS does not know deployment dp_aaaa: NATS is new/],
    ["a new database under a NATS that works", null, a, /^Held: NATS belongs to deployment dp_aaaa/],
    [
      "two that do not know each other",
      a,
      mark("dp_bbbb", 2, 50),
      /database belongs to deployment dp_aaaa, and NATS to dp_bbbb/,
    ],
    ["a backup of the same epoch", mark("dp_aaaa", 2, 49), a, /\(beat 49 of 50\): it was restored from a backup/],
    ["a backup from before the last confirmation", mark("dp_aaaa", 1, 90), a, /epoch 1, NATS knows 2/],
    [
      "confirmed with another NATS",
      mark("dp_aaaa", 3, 51),
      a,
      /confirmed with another NATS \(epoch 3, this NATS knows 2\)/,
    ],
  ];

for (const [what, own, known, held] of cases)
  test(what, () => {
    const answer = heldBecause({ own, known });
    if (held) assert.match(answer ?? "", held);
    else assert.equal(answer, null);
  });
