import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FailureError, Secret } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { createGates } from "./gate.ts";
import type { Gated } from "./ports.ts";
import type { SignInRecord } from "./record.ts";

const sealed = { protected: "", encrypted_key: "", iv: "", ciphertext: "", tag: "", aad: "" };
const connection: Gated = {
  ...{ mailboxId: "mb_1", profileName: "Sales", connectionTimeoutMs: 200 },
  server: { protocol: "imap", host: "imap.example.org", port: 993, security: "tls" },
  credentials: {
    ...{ type: "password", holder: "pf_1", username: "svc", purpose: "inbound-password" },
    password: sealed,
  },
};
const { signal } = new AbortController();
const refused = (error: unknown) => (error instanceof Error && error.message === "wrong" ? "wrong" : null);

/** The gates of a process, over a store of its own unless one is given. */
function given(records = new Map<string, SignInRecord>(), onSwap = async (_next: SignInRecord) => {}) {
  const clock = { ahead: 0 };
  const said: string[] = [];
  const gates = createGates({
    signIns: {
      get: async (id: string) => records.get(id) ?? null,
      async swap(next: SignInRecord) {
        if ((records.get(next._id)?.v ?? 0) !== next.v - 1) return false;
        records.set(next._id, next);
        await onSwap(next);
        return true;
      },
    },
    bus: {
      async publish({ type }: { type: string }) {
        said.push(type);
      },
    },
    isOutage: () => false,
    now: () => Date.now() + clock.ahead,
  } as unknown as Parameters<typeof createGates>[0]);
  const gateOf = (more: Partial<Gated> = {}) => {
    const gate = gates({ ...connection, ...more }, new Secret("pw"), null);
    assert.ok(gate);
    return gate;
  };
  return { records, clock, said, gateOf };
}
const record = (records: Map<string, SignInRecord>) => records.get("pf_1/inbound");

describe("the gate of a profile's password", () => {
  test("does not wait as long as a connection may take, and says what was waited for", async () => {
    const one = given();
    const dead = one.gateOf().pass(() => new Promise<never>(() => {}), refused, signal);
    dead.catch(() => {});
    await eventually(() => record(one.records)?.trying);
    const asked: string[] = [];
    const waits = ({ gateOf }: typeof one) => gateOf().pass(async () => asked.push("server"), refused, signal);
    for (const process of [one, given(one.records)])
      await assert.rejects(waits(process), (error) => {
        assert.ok(error instanceof FailureError);
        assert.deepEqual([error.failure.code, error.failure.kind], ["FIRST_SIGN_IN_AWAITED", "transient"]);
        return true;
      });
    assert.deepEqual(asked, []);
  });

  test("writes down how a sign-in ended that went first, whatever others found out meanwhile", async () => {
    const before: { swap: ((next: SignInRecord) => Promise<void>) | null } = { swap: null };
    const { records, clock, gateOf } = given(undefined, async (next) => before.swap?.(next));
    await gateOf().pass(async () => "in", refused, signal);
    const slow = Promise.withResolvers<string>();
    const trusted = gateOf().pass(() => slow.promise, refused, signal);
    clock.ahead += 61_000;
    before.swap = async ({ trying }) => {
      before.swap = null;
      assert.ok(trying);
      slow.resolve("in");
      await trusted;
    };
    await gateOf().pass(async () => "in", refused, signal);
    assert.equal(record(records)?.trying, null);
  });

  test("a success of an addressed mailbox ends what others were refused, also where nobody had to ask", async () => {
    const of = (mailboxId: string): Partial<Gated> => ({
      mailboxId,
      credentials: { ...connection.credentials, authorizationIdentity: mailboxId } as Gated["credentials"],
    });
    const one = given();
    const two = given(one.records);
    await one.gateOf(of("mb_good")).pass(async () => "in", refused, signal);
    for (const id of ["a", "b", "c"])
      await assert.rejects(two.gateOf(of(id)).pass(() => Promise.reject(new Error("wrong")), refused, signal));
    assert.equal(record(one.records)?.refused?.mailboxes.length, 3);
    await one.gateOf(of("mb_good")).pass(async () => "in", refused, signal);
    assert.equal(record(one.records)?.refused, null);
    assert.deepEqual(two.said, ["alert.raised.v1"]);
    assert.equal(one.said.at(-1), "alert.cleared.v1");
  });
});
