import { Secret } from "@mailfleet/contracts";
import { createGates } from "../src/sign-in/gate.ts";
import type { Gated } from "../src/sign-in/ports.ts";
import type { SignInRecord } from "../src/sign-in/record.ts";

/** A record as the store writes it. */
export type Recorded = SignInRecord & { readonly writtenAt: { readonly $date: number } };

/** A connection with the password of a profile; `tag` is another one with each password. */
export const connectionOf = (holder: string, tag = "one"): Gated => ({
  ...{ mailboxId: "mb_1", profileName: "Sales", connectionTimeoutMs: 10_000 },
  server: { protocol: "imap", host: "imap.example.org", port: 993, security: "tls" },
  credentials: {
    ...{ type: "password", holder, username: "service", purpose: "inbound-password" },
    password: { protected: "p", encrypted_key: "k", iv: "i", ciphertext: "c", tag, aad: "a" },
  },
});

/** How a server refuses. */
export const refusal = (error: unknown) => (error instanceof Error && error.message === "NO wrong" ? "NO wrong" : null);

/** The gates of a process over these records, and what it says to people. */
export function gatesOver(records: Map<string, SignInRecord>, now: () => number = Date.now) {
  const said: string[] = [];
  const gates = createGates({
    signIns: {
      get: async (id: string) => records.get(id) ?? null,
      async swap(next: SignInRecord) {
        if ((records.get(next._id)?.v ?? 0) !== next.v - 1) return false;
        records.set(next._id, next);
        return true;
      },
    },
    bus: { publish: async ({ type }: { type: string }) => void said.push(type) },
    isOutage: () => false,
    now,
  } as unknown as Parameters<typeof createGates>[0]);
  const { signal } = new AbortController();
  /** Signs in; rejects as the gate does. */
  const signIn = (connection: Gated, work: () => Promise<string>) => {
    const gate = gates(connection, new Secret("word"), null);
    if (!gate) throw new Error("a password of a profile has a gate");
    return gate.pass(work, refusal, signal);
  };
  return { said, signIn };
}
