import { type Check, fine, type ServicePorts, spanOf, warning } from "@mailfleet/kit";
import type { ConsolePorts } from "./ports.ts";
import type { StoredToken } from "./token/store.ts";

const soonMs = 14 * 86_400_000;
/** So old a key is changed at most places. */
const oldKeyMs = 730 * 86_400_000;
const pageSize = 500;

/** What the console looks at when it is asked how it is. */
export const checks: Readonly<Record<string, Check<ServicePorts & Omit<ConsolePorts, "consoleUrl">>>> = {
  "sealing-keys": {
    runbook: "keys",
    look: async ({ sealer, notifySealer, now }) => {
      const ages = [sealer.madeAt, notifySealer.madeAt].flatMap((madeAt) =>
        madeAt === undefined ? [] : now() - madeAt,
      );
      if (ages.length === 0) return fine("When the sealing keys were made is not known.");
      const oldestMs = Math.max(...ages);
      const text = `The oldest sealing key is ${spanOf(oldestMs)} old.`;
      return oldestMs > oldKeyMs ? warning(text, "Make a new key and put it first: see the runbook.") : fine(text);
    },
  },
  tokens: {
    runbook: "tokens",
    look: async ({ tokens, now }) => {
      const ends: { token: StoredToken; at: number }[] = [];
      let after: string | undefined;
      do {
        const { items, next } = await tokens.list(
          { limit: pageSize, ...(after ? { cursor: after } : {}) },
          "tokens",
          (one) => one,
        );
        for (const token of items)
          if (token.role !== "owner" && token.expiresAt !== undefined && token.expiresAt < now() + soonMs)
            ends.push({ token, at: token.expiresAt });
        after = next ?? undefined;
      } while (after !== undefined);
      const first = ends.toSorted((a, b) => a.at - b.at)[0];
      if (!first) return fine(`No token but those of owners ends within ${spanOf(soonMs)}.`);
      return warning(
        `The token ${first.token.name} ends in ${spanOf(first.at - now())}${ends.length > 1 ? `, and ${ends.length - 1} more soon` : ""}.`,
        "Make a new one with `mailfleet tokens create`, and give it to the people or programs that use this one.",
      );
    },
  },
};
