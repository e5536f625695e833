import { z } from "zod";
import { CommandId } from "../ids.ts";
import { Part } from "../roles.ts";
import { whole } from "./whole.ts";

/**
 * What every command carries. It is remembered by caller, operation and object: the same `commandId` again gives the
 * first answer, the same with another input is refused (COMMAND_ID_REUSED).
 */
export const commandFields = {
  commandId: CommandId,
  /** Who gives the command, in words for people. */
  by: z.string().max(200),
  /** Who gives the command, as it is remembered; absent: `by`. */
  caller: z.string().max(200).optional(),
  /** The mailbox's owner gives it, who had it when its `ownership` had this number. */
  owner: z.number().int().optional(),
  /** Somebody gives it who is limited to this part of the fleet: other mailboxes do not exist for him. */
  within: Part.optional(),
  /** The address from which it came. */
  from: z.string().max(100).optional(),
  correlation: z.string().max(200).optional(),
  /**
   * Of the secrets that come sealed, for telling a repetition from another command: a hash of what they were, with a key
   * that only the caller has. Nobody else can guess the secret by it.
   */
  secretsHash: z.string().max(50).optional(),
  /** Decide and answer, write nothing. */
  dryRun: z.boolean().optional(),
};

/** With `ifVersion` a write is refused (STALE_VERSION) when somebody else was faster. */
export const ifVersion = { ifVersion: z.number().int().optional() };

/** How many at once, and where to continue. */
export const pageFields = {
  limit: whole(1, 500).default(100).describe("1 to 500, default 100"),
  cursor: z.string().max(1000).optional().describe("`next` of the page before"),
};

/** By what a list is sorted: one of the names, or with `-` before it the other way round. */
export function sortField(names: readonly string[]): z.ZodOptional<z.ZodString> {
  const all = names.flatMap((name) => [name, `-${name}`]) as [string, ...string[]];
  return z
    .enum(all, { error: `must be ${all.join(", ")}` })
    .optional()
    .describe("what is sorted by, `-` before it: the greatest first") as never;
}

const Destination = z.union([z.string(), z.object({ inbound: z.string(), outbound: z.string() })]);

/** Where the secrets of an object go, by name: they are sealed for these places and open for no other. */
export const Destinations = z.object({
  to: z.record(z.string(), Destination),
  /** As whose they are sealed; the object's id if absent. */
  holder: z.string().optional(),
  /** The project that a service account's key must belong to. */
  projectId: z.string().optional(),
});
export type Destinations = z.infer<typeof Destinations>;

/** A page of items with the cursor of the following one. */
export const paged = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() });
