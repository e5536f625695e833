import type { CollectionDeclaration } from "../document/indexes.ts";

const forgetAfterSeconds = 86_400;

/** Permits: part of the kit, written by every process that takes permits, owned by no service. */
export const permitCollection = {
  name: "permits",
  indexes: [{ name: "unused", keys: { usedAt: 1 }, expireAfterSeconds: forgetAfterSeconds }],
} as const satisfies CollectionDeclaration;
