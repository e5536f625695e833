import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { invalid, mailbox } from "@mailfleet/contracts";
import { z } from "zod";

/** A rule, a value that breaks it, and the words after the field's name. */
const cases = [
  [z.enum(["user", "queue", "forward"]), "person", "must be user, queue or forward"],
  [z.literal("yes"), "no", "must be yes"],
  [z.string(), undefined, "is needed"],
  [z.enum(["a"]), undefined, "is needed"],
  [z.string(), 7, "must be text"],
  [z.number(), "7", "must be a number"],
  [z.int(), 7.5, "must be a whole number"],
  [z.boolean(), "yes", "must be true or false"],
  [z.array(z.string()), "a", "must be a list"],
  [z.object({}), "a", "must be an object"],
  [z.string().min(1), "", "must not be empty"],
  [z.array(z.string()).min(2), ["a"], "must have at least 2 entries"],
  [z.string().max(2), "abc", "must have at most 2 characters"],
  [z.number().min(5), 4, "must be at least 5"],
  [z.email(), "a", "must be an e-mail address"],
  [z.url(), "a", "must be a URL"],
  [z.iso.datetime(), "yesterday", "must be a point in time such as 2027-05-31T08:00:00Z"],
  [z.string().regex(/^a$/), "b", "does not have the right form"],
  [z.string("must be a name"), 7, "must be a name"],
] as const;

describe("why a value is refused", () => {
  for (const [rule, value, words] of cases)
    it(`${JSON.stringify(value)} ${words}`, () => {
      const { error } = z.object({ field: rule }).safeParse({ field: value });
      assert.ok(error);
      assert.deepEqual(invalid(error).problem.errors, [{ pointer: "/field", reason: words }]);
    });

  it("is said in these words for every field of a noun", () => {
    const { error } = mailbox.New.safeParse({ address: "a@example.org", kind: "person" });
    assert.ok(error);
    assert.equal(invalid(error).problem.detail, "The request is not valid: /kind must be user, queue or forward");
  });
});
