import type { CollectionDeclaration } from "@mailfleet/kit";

const forgetAfterSeconds = 90 * 86_400;

/** How the credentials of profiles fared at their servers: written by both workers. */
export const signInCollection = {
  name: "signIns",
  indexes: [{ name: "unused", keys: { writtenAt: 1 }, expireAfterSeconds: forgetAfterSeconds }],
} as const satisfies CollectionDeclaration;
