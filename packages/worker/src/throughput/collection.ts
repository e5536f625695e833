import type { CollectionDeclaration } from "@mailfleet/kit";

/** The collection of what a worker counts; what is old leaves by itself. */
export const throughputCollection = <Name extends string>(name: Name) =>
  ({
    name,
    indexes: [
      { name: "slot", keys: { by: 1, at: 1 } },
      { name: "expiry", keys: { expireAt: 1 }, expireAfterSeconds: 0 },
    ],
  }) as const satisfies CollectionDeclaration;
