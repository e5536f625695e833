import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Alert, mailbox, token as noun, profile } from "@mailfleet/contracts";
import { z } from "zod";
import { isoInstants } from "./instants.ts";

describe("points in time", () => {
  it("are taken as ISO 8601 and become milliseconds", () => {
    const body = { address: "a@example.org", processFrom: "2026-01-31T09:00:00+01:00" };
    assert.equal(isoInstants(mailbox.New).parse(body).processFrom, Date.UTC(2026, 0, 31, 8));
  });

  it("are refused with a reason when they are numbers or nonsense", () => {
    for (const processFrom of [5, "tomorrow"]) {
      const result = isoInstants(mailbox.New).safeParse({ address: "a@example.org", processFrom });
      assert.match(result.error?.issues[0]?.message ?? "", /must be a point in time/);
    }
  });

  it("are shown as ISO 8601, also when described, nullable or in lists", () => {
    const token = { id: "tk_abcd", name: "n", role: "reader", createdAt: 0, lastUsedAt: null } as const;
    assert.deepEqual(z.encode(isoInstants(z.object({ items: z.array(noun.View) })), { items: [token] }), {
      items: [{ ...token, createdAt: "1970-01-01T00:00:00.000Z" }],
    });
  });

  it("leave everything else as it was: strictness, defaults, unknown fields", () => {
    const unknown = isoInstants(profile.New).safeParse({ nonsense: 1 });
    assert.ok(unknown.error?.issues.some((issue) => issue.code === "unrecognized_keys"));
    assert.ok(isoInstants(profile.View).shape.maximumConcurrentConnections);
    assert.equal(isoInstants(Alert), isoInstants(Alert));
  });
});
