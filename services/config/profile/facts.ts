import { isDeepStrictEqual } from "node:util";
import { type MessageBody, type ProfileFact, type ProfileSettings, profile, subjects } from "@mailfleet/contracts";
import type { OutboxEntry } from "@mailfleet/kit";
import { alertCleared } from "../mailbox/alert-entries.ts";
import type { ProfileBody, StoredProfile } from "./body.ts";
import { secretNames } from "./secrets.ts";

/** Who gave the command, which command it was, and what it belongs to. */
export interface Said {
  readonly by: string;
  readonly commandId: string;
  readonly correlation?: string | undefined;
}

function fact<Type extends ProfileFact>(type: Type, body: MessageBody<`profile.${Type}.v1`>, said: Said): OutboxEntry {
  const { profileId, v: sequence } = body;
  const { commandId, correlation = commandId } = said;
  const subject = subjects.profileFact(profileId, type);
  return { subject, type: `${profile.name}.${type}.v1`, sequence, correlation, causation: commandId, body };
}

export function profileCreated(said: Said & { readonly id: string }, name: string, at: number): OutboxEntry {
  return fact("created", { profileId: said.id, v: 1, at, by: said.by, name }, said);
}

/** The fact that says what changed; none if nothing did. */
export function profileChanged(before: StoredProfile, after: ProfileBody, said: Said, at: number): OutboxEntry[] {
  const names = [...new Set([...Object.keys(before.settings), ...Object.keys(after.settings)])].sort();
  const settings = (names as (keyof ProfileSettings)[]).filter(
    (name) => !isDeepStrictEqual(before.settings[name], after.settings[name]),
  );
  const others = (["active", ...secretNames] as const).filter((name) => !isDeepStrictEqual(before[name], after[name]));
  const fields = [...settings, ...others].map((name) => `/${name}`);
  if (fields.length === 0) return [];
  const v = before.v + 1;
  const relevant = after.relevantV === v;
  return [fact("changed", { profileId: before._id, v, at, by: said.by, fields, relevant }, said)];
}

/** Clears the alerts about credentials that the profile no longer signs in with. */
export function refusalsOver(before: StoredProfile, { settings }: ProfileBody, at: number): OutboxEntry[] {
  return (["inbound", "outbound"] as const)
    .filter((direction) => before.settings[direction].credentials === "profile")
    .filter((direction) => settings[direction].credentials !== "profile")
    .map((direction) => {
      const object = { type: "profile", id: before._id, label: settings.name, direction } as const;
      return alertCleared({ at, object, codes: ["PROFILE_SIGN_IN_REFUSED"] });
    });
}

export function profileDeleted(profileId: string, v: number, said: Said, at: number): OutboxEntry {
  return fact("deleted", { profileId, v, at, by: said.by }, said);
}
