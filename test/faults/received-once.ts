import assert from "node:assert/strict";
import { type Bus, connectBus } from "@mailfleet/bus";
import type { Logger } from "@mailfleet/contracts";
import type { FleetWorld } from "../world/fleet-world.ts";
import { holds } from "../world/holds.ts";

const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => quiet };

/** A consumer outside that goes by message key, as the README asks consumers to. */
export interface OutsideConsumer {
  /** Keys of the messages announced whose subject begins like this. */
  keys(subjectPrefix: string): Set<string>;
  /** Waits until exactly this many different messages were announced. */
  sawExactly(subjectPrefix: string, count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Follows every `mail.received` from now on, over restarts of NATS. */
export async function startOutsideConsumer(world: FleetWorld): Promise<OutsideConsumer> {
  const bus: Bus = await connectBus({
    url: world.stack.natsUrl,
    name: "outside",
    logger: quiet,
    isOutage: () => false,
  });
  const seen = new Map<string, string>();
  const following = await bus.follow({ filters: ["fact.mail.*.received"], startTime: Date.now() - 1000 }, (message) => {
    if (message.type === "mail.received.v1") seen.set(message.body.messageKey, message.body.subject ?? "");
  });
  const keys = (prefix: string) =>
    new Set([...seen].filter(([, subject]) => subject.startsWith(prefix)).map(([key]) => key));
  return {
    keys,
    sawExactly: (prefix, count) =>
      holds(async () => assert.equal(keys(prefix).size, count, `different messages announced as ${prefix}`), 30_000),
    stop: async () => {
      await following.stop();
      await bus.stop();
    },
  };
}
