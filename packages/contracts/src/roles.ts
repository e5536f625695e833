import { z } from "zod";
import { ProfileId } from "./ids.ts";

/**
 * What a token may do: everything; approve; test, run and acknowledge; read; or look after single mailboxes. Approvers and
 * operators read, too.
 */
export const roles = ["administrator", "approver", "operator", "reader", "owner"] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;
/** A role for the whole fleet. What owners may do is declared beside it. */
export type FleetRole = Exclude<Role, "owner">;
/** The least role that an operation needs; of several, each is enough. */
export type NeededRole = FleetRole | readonly FleetRole[];

/** The roles that each role stands for. With what nouns declare, this is the whole table of who may do what. */
const standsFor: Readonly<Record<Role, readonly FleetRole[]>> = {
  administrator: ["administrator", "approver", "operator", "reader"],
  approver: ["approver", "reader"],
  operator: ["operator", "reader"],
  reader: ["reader"],
  owner: [],
};

/** Whether somebody with this role may do what needs that one. */
export function isEnough(role: Role, needed: NeededRole): boolean {
  return [needed].flat().some((one) => standsFor[role].includes(one));
}

/** The roles with which somebody may do what needs this one, for people. */
export function enoughFor(needed: NeededRole): string {
  return roles
    .filter((role) => isEnough(role, needed))
    .reverse()
    .join(" or ");
}

const Domain = z
  .string()
  .toLowerCase()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/, "must be a domain such as example.org");

/** The part of the fleet to which somebody is limited: mailboxes of these profiles, and of these domains. */
export const Part = z.object({
  profileIds: z.array(ProfileId).min(1).max(100).optional(),
  domains: z.array(Domain).min(1).max(100).optional(),
});
export type Part = z.output<typeof Part>;

/** Whether a mailbox belongs to this part of the fleet. */
export function isPartOf(
  { profileIds, domains }: Part,
  { address, profileId }: { readonly address: string; readonly profileId: string },
): boolean {
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  return (profileIds?.includes(profileId) ?? true) && (domains?.includes(domain) ?? true);
}

/** Whether all that belongs to the other part belongs to this one, too; `undefined` is the whole fleet. */
export function includesPart(part: Part, other: Part | undefined): boolean {
  return (["profileIds", "domains"] as const).every((key) => {
    const [mine, others] = [part[key] as readonly string[] | undefined, other?.[key]];
    return mine === undefined || (others?.every((one) => mine.includes(one)) ?? false);
  });
}

/** An operation of a noun as `mailbox.test`, or all of a noun as `mailbox.*`. */
export const OperationName = z
  .string()
  .max(80)
  .regex(/^[a-z-]+\.(\*|[a-z-]+)$/, "must be an operation such as incident.acknowledge or incident.*");

/** Whether this operation is among those that are named. */
export function isNamed(names: readonly string[], operation: string): boolean {
  return names.includes(operation) || names.includes(operation.replace(/\..*$/, ".*"));
}
