import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type Alert, serviceNames } from "@mailfleet/contracts";
import type { ClusterMember } from "@mailfleet/local/testing";
import { holds } from "../../world/holds.ts";
import type { Scenario } from "../scenario.ts";
import { assertReady, type Town } from "../town.ts";

const scenario = (name: string, short: boolean, disturb: Scenario["disturb"]): Scenario => ({
  name,
  short,
  replicas: 2,
  disturb,
});

/** Away for long enough that everybody notices, and back. */
async function lose(member: ClusterMember, ms = 3000): Promise<void> {
  await member.kill();
  await pause(ms);
  await member.restart();
}

const loseLeaderOf = (stream: string) =>
  scenario(`lose the NATS node that leads ${stream}`, stream === "FACTS", async ({ nats }) =>
    lose(await nats.leaderOf(stream)),
  );

/** Both other members of a cluster gone: no majority, so nothing can be stored until they are back. */
async function loseMajority(town: Town, members: readonly ClusterMember[], keep: ClusterMember): Promise<void> {
  const others = members.filter(({ name }) => name !== keep.name);
  await Promise.all(others.map((member) => member.kill()));
  await pause(6000);
  await Promise.all(others.map((member) => member.restart()));
  await holds(() => assertReady(town, "config", 200), 60_000);
}

/** Streams that take nothing: what is meant for them waits where it stands, and nothing else does. */
async function fill({ nats }: Town, names: readonly string[]): Promise<void> {
  const before = await Promise.all(names.map((name) => nats.limitStream(name, 1)));
  try {
    await pause(8000);
  } finally {
    await Promise.all(names.map((name, n) => nats.limitStream(name, before[n]!)));
  }
}

/** The bus forgets our users; then it knows them again. */
async function refuseOurSignIn(town: Town): Promise<void> {
  const { nats } = town;
  const forAll = (status: 200 | 503, words = "") =>
    holds(() => Promise.all(serviceNames.map((name) => assertReady(town, name, status, words))).then(() => {}), 60_000);
  await nats.letIn(false);
  try {
    await forAll(503, "NATS refuses our sign-in");
    await pause(3000);
  } finally {
    await nats.letIn(true);
  }
  await forAll(200);
}

/** It was raised, and is over. */
const alertIsOver = ({ world }: Town) =>
  holds(async () => {
    const alerts = await world.api.list<Alert>("/alerts", { code: "BUS_REFUSES_SIGN_IN" });
    assert.deepEqual(
      alerts.map(({ state }) => state),
      ["cleared"],
      "the alert that NATS refuses our sign-in",
    );
  }, 90_000);

/** What happens to the engines themselves. */
export const engines: readonly Scenario[] = [
  scenario("MongoDB's primary steps down, twice", true, async ({ mongo }) => {
    await mongo.stepDown(5);
    await mongo.whole();
    await mongo.stepDown(5);
  }),
  scenario("MongoDB's primary is killed", true, async ({ mongo }) => lose(await mongo.primary())),
  scenario("a secondary of MongoDB is killed", false, async ({ mongo }) => {
    const primary = await mongo.primary();
    const secondary = mongo.members.find(({ name }) => name !== primary.name);
    assert.ok(secondary);
    await lose(secondary);
  }),
  loseLeaderOf("FACTS"),
  ...["RUNS", "MAILBOX", "SENDS", "TIMERS"].map(loseLeaderOf),
  scenario("every NATS node is lost, one after another", false, async ({ nats }) => {
    for (const member of nats.members) {
      await lose(member);
      await nats.whole();
    }
  }),
  scenario("MongoDB loses its majority", false, async (town) =>
    loseMajority(town, town.mongo.members, await town.mongo.primary()),
  ),
  scenario("the streams RUNS and SENDS are full", false, async (town) => fill(town, ["RUNS", "SENDS"])),
  scenario("the streams TIMERS and MAILBOX are full", false, async (town) => fill(town, ["TIMERS", "MAILBOX"])),
  scenario("the stream SENDS is gone", false, async ({ nats }) => nats.deleteStream("SENDS")),
  scenario("NATS refuses our sign-in, twice", false, async (town) => {
    await refuseOurSignIn(town);
    await refuseOurSignIn(town);
    await alertIsOver(town);
  }),
  scenario("NATS loses its majority", false, async (town) =>
    loseMajority(town, town.nats.members, town.nats.members[0]!),
  ),
];
