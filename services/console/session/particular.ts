import { ProblemError, type Session } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import type { Call } from "../http/route.ts";
import type { StoredToken, TokenPage } from "../token/store.ts";

function shown({ id, name, role, session, createdAt, lastUsedAt, expiresAt }: StoredToken): Session {
  if (!session) throw new Error(`${id} is no session`);
  const times = { createdAt, lastUsedAt: lastUsedAt ?? createdAt, expiresAt: expiresAt ?? createdAt };
  return { id, name, role, ...session, ...times };
}

/** What is particular about sessions: the console keeps them itself, among its tokens. */
export const sessionParticular: Particular = {
  answers: {
    list: (call: Call, input: TokenPage) => call.tokens.list(input, "sessions", shown),
    delete: async (call: Call, { id }: { id: string }) => {
      const found = await call.tokens.get(id);
      if (!found?.session || !(await call.tokens.remove(id)))
        throw new ProblemError("NOT_FOUND", `There is no session ${id}.`, {
          remedy: "It may have ended already: list the sessions.",
        });
    },
  },
};
