/**
 * The mail servers of a soak, in a process of its own: many IMAP inboxes, and an SMTP server, on loopback. The parent
 * delivers into inboxes and asks what was seen.
 */

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { endWithParent } from "@mailfleet/local/testing";
import { type TownAccount, townAccount } from "./town-account.ts";
import { serveImap } from "./town-imap.ts";
import { townSmtp } from "./town-smtp.ts";

/** What the parent says. */
export type ToTown =
  | { readonly kind: "listen"; readonly hosts: readonly string[] }
  | { readonly kind: "deliver"; readonly address: string; readonly raw: string }
  | { readonly kind: "look" };

/** What was seen since the last look. */
export interface TownSight {
  /** Sessions at accounts that ended without IDLE: polls. */
  readonly polls: number;
  /** Those of them that came at once after a delivery to a watched account. */
  readonly heard: number;
  /** Between the starts of two sessions of an account that is not watched, milliseconds. */
  readonly gapsMs: readonly number[];
  /** Since the last session of the account that has waited longest, milliseconds. */
  readonly longestMs: number;
  readonly idling: number;
  /** Message-IDs of what was taken over SMTP. */
  readonly taken: readonly string[];
}

/** What the town says. */
export type FromTown =
  | { readonly kind: "listening"; readonly imapPort: number; readonly smtpPort: number }
  | { readonly kind: "sight"; readonly sight: TownSight };

const say = (message: FromTown) => process.send?.(message);

const accounts = new Map<string, TownAccount>();
const accountOf = (address: string) => {
  const found = accounts.get(address) ?? townAccount();
  accounts.set(address, found);
  return found;
};
let taken: string[] = [];
let polls = 0;
let heard = 0;
let gapsMs: number[] = [];

const imap = createServer({ noDelay: true }, (socket) =>
  serveImap(socket, accountOf, (account, startedAt) => {
    polls += 1;
    if (account.watched && startedAt - account.deliveredAt < 10_000) heard += 1;
    if (!account.watched && account.polledAt > 0) gapsMs.push(startedAt - account.polledAt);
    account.polledAt = startedAt;
  }),
);
const smtp = townSmtp((messageId, to, raw) => {
  const own = to.filter((address) => accounts.has(address));
  if (own.length === 0) taken.push(messageId);
  for (const address of own) accountOf(address).deliver(raw);
});

/** Every host has the same two ports: a host of its own for each profile, as it is in life. */
async function listen(hosts: readonly string[]): Promise<void> {
  const ports = { imap: 0, smtp: 0 };
  for (const host of hosts) {
    for (const [name, server] of [
      ["imap", imap],
      ["smtp", smtp],
    ] as const) {
      const one = createServer({ noDelay: true }, (socket) => void server.emit("connection", socket));
      one.listen({ host, port: ports[name], backlog: 2048 });
      await once(one, "listening");
      ports[name] = (one.address() as AddressInfo).port;
    }
  }
  say({ kind: "listening", imapPort: ports.imap, smtpPort: ports.smtp });
}

function look(): TownSight {
  let longestMs = 0;
  let idling = 0;
  const now = Date.now();
  for (const one of accounts.values()) {
    idling += one.idling;
    if (!one.watched && one.polledAt > 0) longestMs = Math.max(longestMs, now - one.polledAt);
  }
  const sight = { polls, heard, gapsMs, longestMs, idling, taken };
  polls = heard = 0;
  [gapsMs, taken] = [[], []];
  return sight;
}

process.on("message", (message: ToTown) => {
  if (message.kind === "listen") void listen(message.hosts);
  else if (message.kind === "deliver") accountOf(message.address).deliver(message.raw);
  else say({ kind: "sight", sight: look() });
});
endWithParent(async () => {});
process.channel?.ref();
