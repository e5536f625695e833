import type { Incoming } from "@mailfleet/bus";
import type { AlertObject } from "@mailfleet/contracts";
import type { AlertingPorts } from "../ports.ts";

type Fact = Incoming<"alert.raised.v1" | "alert.cleared.v1" | "mailbox.deleted.v1" | "profile.deleted.v1">;

const patience = { timeoutMs: 2000 };

/** Applies facts of other services to the wall. */
export async function followFacts({ wall, bus }: Pick<AlertingPorts, "wall" | "bus">, message: Fact): Promise<void> {
  if (message.type === "alert.raised.v1") {
    const object = await withProfile(bus, message.body.object, message.mailboxId);
    return wall.raise({ ...message.body, object }, message);
  }
  if (message.type === "alert.cleared.v1") return wall.clear(message.body, message);
  // Nobody needs alerts about a deleted object, not even those that a worker reports late.
  return wall.forget(deletedObject(message), message);
}

/**
 * With the profile of the mailbox that it is about, or whose send it is: the workers do not say it, and without it what a
 * server does to many mailboxes would be many incidents. While `config` does not answer, without.
 */
async function withProfile(bus: AlertingPorts["bus"], object: AlertObject, mailboxId?: string): Promise<AlertObject> {
  const id = object.type === "mailbox" ? object.id : object.type === "send" ? mailboxId : undefined;
  if (object.profileId !== undefined || id === undefined) return object;
  try {
    return { ...object, profileId: (await bus.request("config.mailbox.get", { id }, patience)).profileId };
  } catch {
    return object;
  }
}

/** Facts about one object are handled in order. */
export function objectOf(message: Fact): string {
  const { type, id } =
    message.type === "alert.raised.v1" || message.type === "alert.cleared.v1"
      ? message.body.object
      : deletedObject(message);
  return `${type}|${id}`;
}

function deletedObject(message: Extract<Fact, { type: "mailbox.deleted.v1" | "profile.deleted.v1" }>): AlertObject {
  return message.type === "mailbox.deleted.v1"
    ? { type: "mailbox", id: message.body.mailboxId }
    : { type: "profile", id: message.body.profileId };
}
