import { NewToken, ProblemError, paged, pageFields, Token, TokenId } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import { z } from "zod";
import { orNull } from "../http/parameters.ts";
import { type Call, type Route, route } from "../http/route.ts";
import type { StoredToken } from "./store.ts";
import { hashToken, newTokenSecret } from "./token-secret.ts";

const shown = ({ hash: _, ownerships: __, mailboxIds, ...token }: StoredToken): Token => ({
  ...token,
  ...(mailboxIds === undefined ? {} : { mailboxIds: [...mailboxIds] }),
});

/** The present number of each mailbox's ownership: the token is good as long as it stays. @throws INVALID */
async function ownershipsOf(call: Pick<Call, "ask">, mailboxIds: readonly string[]): Promise<Record<string, number>> {
  const ownerships: Record<string, number> = {};
  for (const [n, mailboxId] of mailboxIds.entries()) {
    const mailbox = await orNull(call.ask("config.mailbox.get", { id: mailboxId }), ["NOT_FOUND"]);
    if (!mailbox)
      throw new ProblemError("INVALID", `The body is not valid: /mailboxIds/${n} is not a mailbox`, {
        errors: [{ pointer: `/mailboxIds/${n}`, reason: "is not a mailbox" }],
      });
    ownerships[mailboxId] = mailbox.ownership;
  }
  return ownerships;
}

/** Bearer tokens: all that the console itself owns. */
export const tokenRoutes: readonly Route[] = [
  route("GET", "/tokens", {
    summary: "List tokens, without their secrets",
    role: "administrator",
    query: z.strictObject(pageFields),
    answer: paged(Token),
    handle: async (call) => {
      const { items, next } = await call.tokens.list(call.query.limit, call.query.cursor);
      return { items: items.map(shown), next };
    },
  }),
  route("POST", "/tokens", {
    summary: "Make a token; its secret is in this answer and never shown again",
    body: NewToken,
    answer: Token.extend({ token: z.string().describe("the bearer token; keep it safe") }),
    status: 201,
    handle: async (call) => {
      if (call.body.expiresAt !== undefined && call.body.expiresAt <= call.now())
        throw new ProblemError("INVALID", "The body is not valid: /expiresAt must be in the future", {
          errors: [{ pointer: "/expiresAt", reason: "must be in the future" }],
        });
      const ownerships = call.body.mailboxIds && (await ownershipsOf(call, call.body.mailboxIds));
      const secret = newTokenSecret();
      const token: StoredToken = {
        id: idFrom("tk", call.commandId),
        ...call.body,
        ...(ownerships ? { ownerships } : {}),
        hash: hashToken(secret),
        createdAt: call.now(),
        lastUsedAt: null,
      };
      if (!(await call.tokens.insert(token)))
        throw new ProblemError("ALREADY_EXISTS", "A token was made with this Idempotency-Key before.", {
          remedy: "Its secret cannot be shown again: delete it, and make another with a new key.",
        });
      return { ...shown(token), token: secret };
    },
  }),
  route("DELETE", "/tokens/:tokenId", {
    summary: "Delete a token; it is refused from then on",
    params: z.strictObject({ tokenId: TokenId }),
    handle: async (call) => {
      const token = await call.tokens.get(call.params.tokenId);
      if (!token) throw new ProblemError("NOT_FOUND", `There is no token ${call.params.tokenId}.`);
      const lasting = token.role === "administrator" && token.expiresAt === undefined;
      if (lasting && (await call.tokens.countAdministrators()) < 2)
        throw new ProblemError("IN_USE", "This is the last administrator token that does not expire.", {
          remedy: "Make another administrator token first, or nobody could sign in any more.",
        });
      await call.tokens.remove(token.id);
    },
  }),
];
