import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asideOverImap, asideOverPop3 } from "./aside.cases.ts";
import { dialectsOfImap, dialectsOfPop3 } from "./dialects.cases.ts";
import { exchangeCases } from "./exchange.cases.ts";
import { type GivenInbound, givenInbound } from "./given-inbound.ts";
import { asideOverGmail } from "./gmail-aside.cases.ts";
import { budgetsOfGmail } from "./gmail-budgets.cases.ts";
import { identityOverGmail } from "./gmail-identity.cases.ts";
import { missedOverGmail } from "./gmail-missed.cases.ts";
import { identityOverImap, identityOverPop3, moves, outOfStepOverPop3 } from "./identity.cases.ts";
import { missedOverImap, missedOverPop3 } from "./missed.cases.ts";
import { exchanges } from "./odd-exchange.ts";
import {
  type Came,
  impatient,
  meetExchange,
  meetGmail,
  meetImap,
  meetMove,
  meetPop3,
  type Right,
} from "./odd-servers.ts";
import { resyncedOverImap } from "./resynced.cases.ts";
import { settledOverImap } from "./settled.cases.ts";

const tables = {
  "nothing is missed": { imap: [...missedOverImap, ...settledOverImap, ...resyncedOverImap], pop3: missedOverPop3 },
  "each message by itself": { imap: asideOverImap, pop3: asideOverPop3 },
  "the source's identity": { imap: identityOverImap, pop3: [...identityOverPop3, ...outOfStepOverPop3] },
  "odd dialects": { imap: dialectsOfImap, pop3: dialectsOfPop3 },
};

describe("a server that is odd", { concurrency: 6 }, () => {
  let given: GivenInbound;
  before(async () => {
    given = await givenInbound();
    await given.startReplica({ connectors: impatient });
  });
  after(() => given?.stop());

  function check(right: Right, came: Came) {
    const { received, aside = 0, failure = null, alerts = [], reply, waitMs } = right;
    assert.deepEqual(
      { received: came.received, aside: came.aside, failure: came.failure, alerts: came.alerts },
      { received: [...received].sort(), aside, failure, alerts: [...alerts].sort() },
      came.reply,
    );
    if (waitMs) assert.equal(came.waitMs, waitMs);
    if (reply) assert.match(came.reply, reply);
  }

  for (const [kind, { imap, pop3 }] of Object.entries(tables)) {
    for (const [index, one] of imap.entries())
      test(`${kind}, IMAP: ${one.what}`, async () =>
        check(one, await meetImap(given, `mb_imap${kind.length}x${index}`, one)));
    for (const [index, one] of pop3.entries())
      test(`${kind}, POP3: ${one.what}`, async () =>
        check(one, await meetPop3(given, `mb_pop${kind.length}x${index}`, one)));
  }
  const gmail = {
    "nothing is missed": missedOverGmail,
    "each message by itself": asideOverGmail,
    "the source's identity": identityOverGmail,
    budgets: budgetsOfGmail,
  };
  for (const [kind, table] of Object.entries(gmail))
    for (const [index, one] of table.entries())
      test(`${kind}, Gmail: ${one.what}`, async () =>
        check(one, await meetGmail(given, `mb_gmail${kind.length}x${index}`, one)));
  for (const [name, start] of Object.entries(exchanges))
    for (const [index, one] of exchangeCases.entries())
      test(`Exchange by ${name}: ${one.what}`, async () =>
        check(one, await meetExchange(given, `mb_${name.toLowerCase()}x${index}`, start, one)));
  for (const [index, one] of moves.entries())
    test(`the source's identity: ${one.what}`, async () => check(one, await meetMove(given, `mb_move${index}`, one)));
});
