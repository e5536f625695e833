import { nkeys } from "@nats-io/transport-node";

/** A new seed of a NATS user (`SU…`): who has it is that user. */
export const newNkeySeed = (): string => new TextDecoder().decode(nkeys.createUser().getSeed());

/** What the server knows the user by (`U…`); no secret. Throws if this is no seed. */
export function publicNkeyOf(seed: string): string {
  return nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey();
}
