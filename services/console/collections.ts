import type { CollectionDeclaration } from "@mailfleet/kit";

/** What the console keeps. */
export const collections = {
  tokens: {
    name: "tokens",
    indexes: [
      { name: "hash", keys: { hash: 1 }, unique: true },
      { name: "expired", keys: { expireAt: 1 }, expireAfterSeconds: 0 },
    ],
  },
} as const satisfies Record<string, CollectionDeclaration>;
