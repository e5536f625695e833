import { z } from "zod";
import { Instant, SessionId, TokenId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { Role } from "../roles.ts";

/**
 * How somebody came in: with a token of the API, at the organisation's identity provider, there by device code, or at a mailbox's
 * provider.
 */
const SignedInBy = z.enum(["token", "openid", "device", "mailbox"]);
export type SignedInBy = z.output<typeof SignedInBy>;

/**
 * A browser, or a command line, in which somebody is signed in; the console keeps it. It begins on the pages or with `mailfleet
 * login --device`, and ends by time, sign-out or deletion.
 */
export const session = noun("session", {
  owner: "console",
  id: SessionId,
  framed: false,
  text: "browsers and command lines in which somebody is signed in",
  path: "/sessions",
  role: "administrator",
  fields: {
    name: field(z.string(), "who: a token's name, or a person as the provider names them", {
      column: "WHO",
      label: true,
    }),
    role: field(Role, "what it may do", { column: "ROLE" }),
    by: field(
      SignedInBy,
      "token: of the API; openid: the identity provider; device: the same, for the command line; mailbox: the owner of one, at its provider",
      {
        column: "BY",
      },
    ),
    from: field(z.string(), "the address from which it began", { column: "FROM" }),
    createdAt: field(Instant, "when it began", { column: "SINCE" }),
    lastUsedAt: field(Instant, "when it was used last, within a minute", { column: "LAST USED" }),
    expiresAt: field(Instant, "when it ends by itself", { column: "EXPIRES" }),
    tokenId: field(TokenId.optional(), "the token that was given; deleting it ends the session"),
    subject: field(z.string().optional(), "the person's id at the identity provider"),
  },
  sorts: ["name", "createdAt"],
  standard: ["list", "delete"],
  texts: {
    list: "List the browsers and command lines in which somebody is signed in",
    delete: "End a session: its browser or command line is signed out from then on",
  },
});
export type Session = z.output<typeof session.View>;
