import { deploymentCollection } from "@mailfleet/kit";
import { speakers, system } from "./system.ts";

/** A role of MongoDB, as `createRole` and `updateRole` take it. */
export interface MongoRole {
  readonly role: string;
  readonly privileges: readonly {
    readonly resource: { readonly db: string; readonly collection: string };
    readonly actions: readonly string[];
  }[];
  readonly roles: readonly [];
}

/** What a service does with its collections. It looks whether their indexes are there, and makes none. */
const serviceActions = ["find", "insert", "update", "remove", "listIndexes"] as const;
/** What the topology step does with all of them. The only document it reads and writes is the mark of the deployment. */
const topologyActions = ["createCollection", "createIndex", "dropIndex", "collMod", "listIndexes"] as const;
/** What either of them does with the mark. */
const markActions = ["find", "insert", "update"] as const;
/** What the end of a hold changes besides the mark: sends that were not finished, and whose organisation it is. */
const restored = [{ name: "sends" }, { name: "settings" }] as const;

/**
 * A role of its own for each service, with exactly the collections that it declares; one for the topology step, and one
 * for `mailfleet deployment confirm`.
 */
export function mongoRoles(database: string): readonly MongoRole[] {
  const on = (collections: readonly { readonly name: string }[], actions: readonly string[]) =>
    collections.map(({ name }) => ({ resource: { db: database, collection: name }, actions }));
  return [
    ...speakers.map(({ name, wanted }) => ({
      role: roleOf(name),
      privileges: [...on(wanted.collections, serviceActions), ...on([deploymentCollection], ["find", "update"])],
      roles: [] as const,
    })),
    {
      role: roleOf("topology"),
      privileges: [...on(system.collections, topologyActions), ...on([deploymentCollection], markActions)],
      roles: [] as const,
    },
    {
      role: roleOf("restore"),
      privileges: [...on([deploymentCollection], markActions), ...on(restored, ["find", "update"])],
      roles: [] as const,
    },
  ];
}

/** `inbound-sync` → `mailfleet-inbound-sync` */
export const roleOf = (service: string) => `mailfleet-${service}`;

/** A script for `mongosh`, run by an administrator: makes the roles, or brings them up to date. */
export function mongoRolesScript(database: string): string {
  const lines = mongoRoles(database).map(({ role, ...rest }) => {
    const [name, given] = [JSON.stringify(role), JSON.stringify(rest)];
    return `db.getRole(${name}) ? db.updateRole(${name}, ${given}) : db.createRole({ role: ${name}, ...${given} });`;
  });
  return [`db = db.getSiblingDB(${JSON.stringify(database)});`, ...lines].join("\n");
}
