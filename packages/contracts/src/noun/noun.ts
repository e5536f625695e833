import { z } from "zod";
import { Instant } from "../ids.ts";
import type { Role } from "../roles.ts";
import type { ServiceName } from "../vocabulary.ts";
import type { Field } from "./field.ts";
import type { Operation } from "./operation.ts";
import { commandFields, ifVersion, paged, pageFields } from "./request-fields.ts";
import type { SecretField } from "./secret-field.ts";

type Fields = Readonly<Record<string, Field>>;
type Secrets = Readonly<Record<string, SecretField>>;
type Operations = Readonly<Record<string, Operation>>;
type Shape = z.ZodRawShape;
type Showing = Readonly<Record<string, z.ZodType | Field>>;

/** What a noun has besides its own operations. */
export type Standard = "create" | "get" | "list" | "update" | "delete";

type KeptShape<F extends Fields> = { [Name in keyof F]: F[Name]["kept"] };
type NewShape<F extends Fields> = { [Name in keyof F]: F[Name]["write"] };
type ChangeOf<One extends Field> =
  One["kept"] extends z.ZodOptional<z.ZodType>
    ? z.ZodOptional<z.ZodNullable<One["change"]>>
    : z.ZodOptional<One["change"]>;
type ChangeShape<F extends Fields> = {
  [Name in keyof F as F[Name]["set"] extends "create" ? never : Name]: ChangeOf<F[Name]>;
};
type ShownSecrets<S extends Secrets> = { [Name in keyof S]: S[Name]["shown"] };
type NewSecrets<S extends Secrets> = { [Name in keyof S]: z.ZodOptional<S[Name]["sealed"]> };
type ChangedSecrets<S extends Secrets> = { [Name in keyof S]: z.ZodOptional<z.ZodNullable<S[Name]["sealed"]>> };

type Empty = Record<never, never>;
type ById<Single extends boolean> = Single extends true ? Empty : { id: z.ZodString };
type Frame<Single extends boolean, Framed extends boolean> = ById<Single> &
  (Framed extends true
    ? { v: z.ZodNumber } & (Single extends true ? Empty : { createdAt: typeof Instant; changedAt: typeof Instant })
    : Empty);
type ShownShape<Shown extends Showing> = {
  [Name in keyof Shown]: Shown[Name] extends Field<infer Kept> ? Kept : Shown[Name] & z.ZodType;
};
type ViewOf<
  F extends Fields,
  S extends Secrets,
  Shown extends Showing,
  Single extends boolean,
  Framed extends boolean,
> = z.ZodObject<Frame<Single, Framed> & KeptShape<F> & ShownSecrets<S> & ShownShape<Shown>>;

type Command = typeof commandFields;
type Write<Single extends boolean, Framed extends boolean> = Command &
  (Framed extends true ? typeof ifVersion : Empty) &
  ById<Single>;
type Ask<Input extends Shape, Output extends z.ZodType> = { input: z.ZodObject<Input>; output: Output };
type Page<Item extends z.ZodType> = z.ZodObject<{ items: z.ZodArray<Item>; next: z.ZodNullable<z.ZodString> }>;

interface StandardRequests<
  F extends Fields,
  S extends Secrets,
  View extends z.ZodType,
  Filter extends Shape,
  Single extends boolean,
  Framed extends boolean,
> {
  create: Ask<Command & ById<Single> & { new: z.ZodObject<NewShape<F>, z.core.$strict> } & NewSecrets<S>, View>;
  get: Ask<ById<Single>, View>;
  list: Ask<typeof pageFields & Filter, Page<View>>;
  update: Ask<
    Write<Single, Framed> & { change: z.ZodOptional<z.ZodObject<ChangeShape<F>, z.core.$strict>> } & ChangedSecrets<S>,
    View
  >;
  delete: Ask<Write<Single, Framed>, z.ZodObject<Empty>>;
}

type OwnRequest<One extends Operation, View extends z.ZodType, Single extends boolean, Framed extends boolean> = Ask<
  (One["collection"] extends true
    ? One["kind"] extends "command"
      ? Command
      : Empty
    : One["kind"] extends "command"
      ? Write<Single, Framed>
      : ById<Single>) &
    One["input"],
  One["answer"] extends z.ZodType ? One["answer"] : View
>;

/** Every request about a noun, by `<service>.<noun>.<verb>`. */
export type RequestsOf<
  Owner extends ServiceName,
  Name extends string,
  F extends Fields,
  S extends Secrets,
  View extends z.ZodType,
  Filter extends Shape,
  Std extends Standard,
  Ops extends Operations,
  Single extends boolean,
  Framed extends boolean,
> = {
  [Verb in Std as `${Owner}.${Name}.${Verb}`]: StandardRequests<F, S, View, Filter, Single, Framed>[Verb];
} & { [Verb in keyof Ops & string as `${Owner}.${Name}.${Verb}`]: OwnRequest<Ops[Verb], View, Single, Framed> };

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
> {
  /** The service that keeps it. */
  readonly owner: Owner;
  /** Rule of its ids. */
  readonly id: z.ZodString;
  /** True where there is exactly one of it, without an id. */
  readonly single?: Single;
  /** `false` where its store is the owner's own: without version, so no `If-Match`, and without a dry run. */
  readonly framed?: Framed;
  /** What it is, for people; singular. */
  readonly text: string;
  /** Its place in the HTTP API, below `/api/v1`; absent: other services ask for it, people do not. */
  readonly path?: string;
  /** The least role that may read it; a reader if absent. */
  readonly role?: Exclude<Role, "owner">;
  readonly fields: F;
  readonly secrets?: S;
  /** What is shown besides its fields, as schemas or, if lists show it, as fields; the owning service computes it. */
  readonly shown?: Shown;
  /** True where each command may be tried without effect: the owning service keeps it in documents of the kit. */
  readonly dryRuns?: boolean;
  /** How lists are filtered. */
  readonly filter?: Filter;
  /** Options of the command line for filters and inputs, as in `status <word>`, where the usual name does not serve. */
  readonly flags?: Readonly<Record<string, string>>;
  /**
   * What the owner of a mailbox may do beside the operations that say so, by standard operation or secret. `true`: all
   * of it; names: he writes only these fields and, where he reads, sees only these.
   */
  readonly owners?: Readonly<Record<string, true | readonly string[]>>;
  readonly standard: readonly Std[];
  /** Sentences for the standard operations, where the usual ones do not serve. */
  readonly texts?: { readonly [Verb in Std]?: string };
  readonly operations?: Ops;
}

/**
 * Declares a noun. From the declaration follow: what may be written of it (`New`, `Change`), what is kept (`Kept`) and
 * shown (`View`), the requests with their checks, the routes, and what the command line and the documentation say.
 */
export function noun<
  const Name extends string,
  Owner extends ServiceName,
  F extends Fields,
  Std extends Standard,
  S extends Secrets = Empty,
  Shown extends Showing = Empty,
  Filter extends Shape = Empty,
  Ops extends Operations = Empty,
  const Single extends boolean = false,
  const Framed extends boolean = true,
>(name: Name, declared: Declaration<Owner, F, S, Shown, Filter, Std, Ops, Single, Framed>) {
  const { fields, id, standard } = declared;
  const secrets = (declared.secrets ?? {}) as S;
  const operations = (declared.operations ?? {}) as Ops;
  const each = (pick: (one: Field, name: string) => z.ZodType | undefined) =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([key, one]) => {
        const schema = pick(one, key);
        return schema ? [[key, one.text && !schema.description ? schema.describe(one.text) : schema]] : [];
      }),
    );
  const eachSecret = (pick: (one: SecretField) => z.ZodType) =>
    Object.fromEntries(Object.entries(secrets).map(([key, one]) => [key, pick(one).describe(one.text)]));

  const kept = each((one) => one.kept) as KeptShape<F>;
  const New = z.strictObject(each((one) => one.write) as NewShape<F>);
  const Change = z.strictObject(
    each((one) => {
      if (one.set === "create") return undefined;
      return one.kept._zod.def.type === "optional" ? one.change.nullable().optional() : one.change.optional();
    }) as ChangeShape<F>,
  );
  const single = declared.single === true;
  const framed = declared.framed !== false;
  const byId = single ? {} : { id };
  const shown = Object.entries(declared.shown ?? {}).map(([key, one]) => [
    key,
    "kept" in one ? one.kept.describe(one.text) : one,
  ]);
  const View = z.object({
    ...byId,
    ...(framed ? { v: z.number().int() } : {}),
    ...kept,
    ...eachSecret((one) => one.shown),
    ...Object.fromEntries(shown),
    ...(framed && !single ? { createdAt: Instant, changedAt: Instant } : {}),
  }) as unknown as ViewOf<F, S, Shown, Single, Framed>;

  const write = { ...commandFields, ...(framed ? ifVersion : {}), ...byId };
  const usual: Record<Standard, () => { input: z.ZodType; output: z.ZodType }> = {
    create: () => ({
      input: z.object({ ...commandFields, ...byId, new: New, ...eachSecret((one) => one.sealed.optional()) }),
      output: View,
    }),
    get: () => ({ input: z.object(byId), output: View }),
    list: () => ({ input: z.object({ ...pageFields, ...declared.filter }), output: paged(View) }),
    update: () => ({
      input: z.object({
        ...write,
        change: Change.optional(),
        ...eachSecret((one) => one.sealed.nullable().optional()),
      }),
      output: View,
    }),
    delete: () => ({ input: z.object(write), output: z.object({}) }),
  };
  const requests = Object.fromEntries([
    ...standard.map((verb) => [`${declared.owner}.${name}.${verb}`, usual[verb]()]),
    ...Object.entries(operations).map(([verb, { kind, input, answer, collection }]) => {
      const base = collection ? (kind === "command" ? commandFields : {}) : kind === "command" ? write : byId;
      return [`${declared.owner}.${name}.${verb}`, { input: z.object({ ...base, ...input }), output: answer ?? View }];
    }),
  ]) as unknown as RequestsOf<Owner, Name, F, S, ViewOf<F, S, Shown, Single, Framed>, Filter, Std, Ops, Single, Framed>;

  return {
    ...declared,
    name,
    single,
    framed,
    secrets,
    operations,
    Kept: z.object(kept),
    New,
    Change,
    View,
    requests,
  } as const;
}

/** A noun of any shape, for those who read declarations: the console, the command line, documentation, permissions. */
export interface AnyNoun {
  readonly name: string;
  readonly owner: ServiceName;
  readonly id: z.ZodType;
  readonly text: string;
  readonly single: boolean;
  readonly framed: boolean;
  readonly path?: string;
  readonly role?: Exclude<Role, "owner">;
  readonly fields: Fields;
  readonly secrets: Secrets;
  readonly shown?: Showing;
  readonly dryRuns?: boolean;
  readonly filter?: Shape;
  readonly flags?: Readonly<Record<string, string>>;
  readonly owners?: Readonly<Record<string, true | readonly string[]>>;
  readonly standard: readonly Standard[];
  readonly texts?: Readonly<Partial<Record<Standard, string>>>;
  readonly operations: Operations;
  readonly Kept: z.ZodObject;
  readonly New: z.ZodObject;
  readonly Change: z.ZodObject;
  readonly View: z.ZodObject;
  readonly requests: Readonly<Record<string, { readonly input: z.ZodType; readonly output: z.ZodType }>>;
}
