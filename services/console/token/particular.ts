import { type NewToken, nouns, ProblemError, type Token } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import { orNull } from "../http/parameters.ts";
import type { Call } from "../http/route.ts";
import type { StoredToken, TokenPage } from "./store.ts";
import { hashToken, newTokenSecret } from "./token-secret.ts";

const shown = ({ hash: _, ownerships: __, session: ___, ...token }: StoredToken) => token as Token;

/** What a token may be confined to: every operation that people see, and those of the routes written by hand. */
const operationNames: ReadonlySet<string> = new Set([
  ...nouns.flatMap(({ name, standard, operations }) => [
    `${name}.*`,
    ...[...standard, ...Object.keys(operations).filter((verb) => operations[verb]?.role !== null)].map(
      (verb) => `${name}.${verb}`,
    ),
  ]),
  ...["send.submit", "mailbox.import", "event.follow", "page.open"],
]);

const invalidField = (pointer: string, reason: string) =>
  new ProblemError("INVALID", `The body is not valid: ${pointer} ${reason}`, { errors: [{ pointer, reason }] });

/** The present number of each mailbox's ownership: the token is valid as long as it stays. @throws INVALID */
async function ownershipsOf(call: Call, mailboxIds: readonly string[]): Promise<Record<string, number>> {
  const ownerships: Record<string, number> = {};
  for (const [n, mailboxId] of mailboxIds.entries()) {
    const mailbox = await orNull(call.ask("config.mailbox.get", { id: mailboxId }), ["NOT_FOUND"]);
    if (!mailbox) throw invalidField(`/mailboxIds/${n}`, "is not a mailbox");
    ownerships[mailboxId] = mailbox.ownership;
  }
  return ownerships;
}

async function create(call: Call, { id, new: made }: { id: string; new: NewToken }): Promise<Token> {
  if ((made.role === "owner") !== (made.mailboxIds !== undefined))
    throw invalidField("/mailboxIds", "must be given for the role owner, and for no other");
  if (made.role === "administrator" || made.role === "owner")
    for (const key of ["profileIds", "domains"] as const)
      if (made[key]) throw invalidField(`/${key}`, `must not be given for the role ${made.role}`);
  const unknown = made.only?.findIndex((name) => !operationNames.has(name)) ?? -1;
  if (unknown >= 0) throw invalidField(`/only/${unknown}`, "is no operation");
  if (made.expiresAt !== undefined && made.expiresAt <= call.now())
    throw invalidField("/expiresAt", "must be in the future");
  const ownerships = made.mailboxIds && (await ownershipsOf(call, made.mailboxIds));
  const secret = newTokenSecret();
  const token: StoredToken = {
    id,
    ...made,
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
}

async function remove(call: Call, { id }: { id: string }): Promise<void> {
  const token = await call.tokens.get(id);
  if (!token || token.session) throw new ProblemError("NOT_FOUND", `There is no token ${id}.`);
  const lasting = token.role === "administrator" && token.expiresAt === undefined;
  if (lasting && (await call.tokens.countAdministrators()) < 2) throw isTheLast();
  await call.tokens.remove(token.id);
  // Two who remove the last two at once both saw two: each puts its own back.
  if (lasting && (await call.tokens.countAdministrators()) === 0) {
    await call.tokens.insert(token);
    throw isTheLast();
  }
}

function isTheLast(): ProblemError {
  return new ProblemError("IN_USE", "This is the last administrator token that does not expire.", {
    remedy: "Make another administrator token first; otherwise nobody could sign in any more.",
  });
}

/** What is particular about tokens: the console keeps them itself. */
export const tokenParticular: Particular = {
  answers: {
    create,
    delete: remove,
    list: (call, input: TokenPage) => call.tokens.list(input, "tokens", shown),
  },
};
