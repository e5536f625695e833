import type { z } from "zod";
import type { ProblemCode } from "../problem.ts";
import type { FleetRole, NeededRole } from "../roles.ts";
import type { ServiceName } from "../vocabulary.ts";
import type { Field } from "./field.ts";
import type { Operation } from "./operation.ts";
import type { SecretField } from "./secret-field.ts";

export type Fields = Readonly<Record<string, Field>>;
export type Secrets = Readonly<Record<string, SecretField>>;
export type Operations = Readonly<Record<string, Operation>>;
export type Shape = z.ZodRawShape;
export type Facts = Readonly<Record<string, z.ZodObject>>;
export type Showing = Readonly<Record<string, z.ZodType | Field>>;
export type Empty = Record<never, never>;

/**
 * What a noun has besides its own operations. `destinations` is for services only: where the secrets of an object go, as
 * it is, after a change, or before it is created.
 */
export type Standard = "create" | "get" | "list" | "update" | "delete" | "destinations";

/** What a noun is declared with. */
export interface Declaration<
  Owner extends ServiceName,
  F extends Fields,
  S extends Secrets,
  Shown extends Showing,
  Filter extends Shape,
  Std extends Standard,
  Ops extends Operations,
  Single extends boolean,
  Framed extends boolean,
  Said extends Facts,
> {
  /** The service that keeps it. */
  readonly owner: Owner;
  /** Rule of its ids. */
  readonly id: z.ZodString;
  /** Rules of the parameters that make its id in a path, joined by `/`; absent: the id is one parameter. */
  readonly parts?: Readonly<Record<string, z.ZodType>>;
  /** True where there is exactly one of it, without an id. */
  readonly single?: Single;
  /** `false` where its store is the owner's own: without version, so no `If-Match`, and without a dry run. */
  readonly framed?: Framed;
  /** What it is, for people; singular. */
  readonly text: string;
  /** Its place in the HTTP API, below `/api/v1`; absent: other services ask for it, people do not. */
  readonly path?: string;
  /**
   * Paths of standard operations, where the usual ones do not serve. `:mailbox` is a mailbox by id or address, and the
   * `mailboxId` of the request; all other parameters are the object's id.
   */
  readonly places?: { readonly [Verb in Std]?: string };
  /** The least role that may read it; a reader if absent. */
  readonly role?: FleetRole;
  /** The least role for standard operations that change something; an administrator if absent. */
  readonly roles?: { readonly [Verb in Std]?: NeededRole };
  readonly fields: F;
  readonly secrets?: S;
  /** What is shown besides its fields, as schemas or, if lists show it, as fields; the owning service computes it. */
  readonly shown?: Shown;
  /** True where each command may be tried without effect: the owning service decides and writes nothing. */
  readonly dryRuns?: boolean;
  /** How lists are filtered. */
  readonly filter?: Filter;
  /**
   * By what lists can be sorted, instead of their usual order: names of what is always shown of it. Each has an index:
   * the kit makes those of what it keeps.
   */
  readonly sorts?: readonly string[];
  /** Options of the command line for filters and inputs, as in `status <word>`, where the usual name does not serve. */
  readonly flags?: Readonly<Record<string, string>>;
  /**
   * What the owner of a mailbox may do beside the operations that say so, by standard operation or secret. `true`: all
   * of it; names: owners may write only these fields and, when reading, see only these.
   */
  readonly owners?: Readonly<Record<string, true | readonly string[]>>;
  readonly standard: readonly Std[];
  /** How long a standard operation may take in milliseconds, where that is longer than usual. */
  readonly timeoutsMs?: { readonly [Verb in Std]?: number };
  /** Refusals of the standard operations with their own code. */
  readonly problems?: { readonly [Verb in Std]?: readonly ProblemCode[] };
  /** Sentences for the standard operations, where the usual ones do not serve. */
  readonly texts?: { readonly [Verb in Std]?: string };
  readonly operations?: Ops;
  /** What its owner says of it, by type: `<noun>.<type>.v1` on `fact.<noun>.<id>.<type>`. */
  readonly facts?: Said;
}

/** What the derivations read of a declaration. */
export type AnyDeclaration = Declaration<
  ServiceName,
  Fields,
  Secrets,
  Showing,
  Shape,
  Standard,
  Operations,
  boolean,
  boolean,
  Facts
>;

/** A noun of any shape, for those who read declarations: the console, the command line, documentation, permissions. */
export interface AnyNoun extends Omit<AnyDeclaration, "id" | "secrets" | "operations" | "single" | "framed"> {
  readonly name: string;
  readonly id: z.ZodType;
  readonly single: boolean;
  readonly framed: boolean;
  readonly secrets: Secrets;
  readonly operations: Operations;
  readonly Kept: z.ZodObject;
  readonly New: z.ZodObject;
  readonly Change: z.ZodObject;
  readonly View: z.ZodObject;
  readonly requests: Readonly<Record<string, { readonly input: z.ZodType; readonly output: z.ZodType }>>;
}
