import type { CollectionDeclaration } from "@mailfleet/kit";

/** What the scheduler keeps. */
export const collections = {
  timers: {
    name: "timers",
    indexes: [
      { name: "target", keys: { target: 1, due: 1 }, where: { due: { $exists: true } } },
      { name: "owner", keys: { owner: 1, name: 1 } },
      { name: "tombstones", keys: { expireAt: 1 }, expireAfterSeconds: 0 },
    ],
  },
} as const satisfies Record<string, CollectionDeclaration>;
