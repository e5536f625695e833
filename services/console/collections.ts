import type { CollectionDeclaration } from "@mailfleet/kit";

/** What the console keeps. */
export const collections = {
  tokens: {
    name: "tokens",
    indexes: [
      { name: "hash", keys: { hash: 1 }, unique: true },
      { name: "names", keys: { name: 1, _id: 1 } },
      { name: "made", keys: { createdAt: 1, _id: 1 } },
      { name: "expired", keys: { expireAt: 1 }, expireAfterSeconds: 0 },
    ],
  },
} as const satisfies Record<string, CollectionDeclaration>;
