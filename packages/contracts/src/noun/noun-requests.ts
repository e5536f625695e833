import { z } from "zod";
import type { ServiceName } from "../vocabulary.ts";
import type { AnyDeclaration, Empty, Fields, Operations, Secrets, Shape, Standard } from "./declaration.ts";
import type { Operation } from "./operation.ts";
import { commandFields, Destinations, ifVersion, paged, pageFields, sortField } from "./request-fields.ts";
import { type ById, type ChangeShape, eachSecret, type NewShape, type shapesOf } from "./shapes.ts";

type Command = typeof commandFields;
type Write<Single extends boolean, Framed extends boolean> = Command &
  (Framed extends true ? typeof ifVersion : Empty) &
  ById<Single>;
type Ask<Input extends Shape, Output extends z.ZodType> = { input: z.ZodObject<Input>; output: Output };
type Page<Item extends z.ZodType> = z.ZodObject<{ items: z.ZodArray<Item>; next: z.ZodNullable<z.ZodString> }>;
type New<F extends Fields> = z.ZodObject<NewShape<F>, z.core.$strict>;
type Change<F extends Fields> = z.ZodOptional<z.ZodObject<ChangeShape<F>, z.core.$strict>>;
type NewSecrets<S extends Secrets> = { [Name in keyof S]: z.ZodOptional<S[Name]["sealed"]> };
type ChangedSecrets<S extends Secrets> = { [Name in keyof S]: z.ZodOptional<z.ZodNullable<S[Name]["sealed"]>> };

interface StandardRequests<
  F extends Fields,
  S extends Secrets,
  View extends z.ZodType,
  Filter extends Shape,
  Single extends boolean,
  Framed extends boolean,
> {
  create: Ask<Command & ById<Single> & { new: New<F> } & NewSecrets<S>, View>;
  get: Ask<ById<Single>, View>;
  list: Ask<typeof pageFields & { sort: z.ZodOptional<z.ZodString> } & Filter, Page<View>>;
  update: Ask<Write<Single, Framed> & { change: Change<F> } & ChangedSecrets<S>, View>;
  delete: Ask<Write<Single, Framed>, z.ZodObject<Empty>>;
  destinations: Ask<
    { id: z.ZodOptional<z.ZodString>; new: z.ZodOptional<New<F>>; change: Change<F> },
    typeof Destinations
  >;
}

type OwnRequest<One extends Operation, View extends z.ZodType, Single extends boolean, Framed extends boolean> = Ask<
  (One["kind"] extends "internal"
    ? Empty
    : One["collection"] extends true
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

/** What each operation is asked with, and what it answers. */
export function requestsOf(name: string, declared: AnyDeclaration, shapes: ReturnType<typeof shapesOf>) {
  const { owner, secrets = {}, operations = {}, id, filter, sorts } = declared;
  const { New, Change, View } = shapes;
  const byId = declared.single ? {} : { id };
  const write = { ...commandFields, ...(declared.framed === false ? {} : ifVersion), ...byId };
  const usual: Record<Standard, () => { input: z.ZodType; output: z.ZodType }> = {
    create: () => ({
      input: z.object({ ...commandFields, ...byId, new: New, ...eachSecret(secrets, (one) => one.sealed.optional()) }),
      output: View,
    }),
    get: () => ({ input: z.object(byId), output: View }),
    list: () => ({
      input: z.object({ ...pageFields, ...(sorts ? { sort: sortField(sorts) } : {}), ...filter }),
      output: paged(View),
    }),
    update: () => ({
      input: z.object({
        ...write,
        change: Change.optional(),
        ...eachSecret(secrets, (one) => one.sealed.nullable().optional()),
      }),
      output: View,
    }),
    delete: () => ({ input: z.object(write), output: z.object({}) }),
    destinations: () => ({
      input: z.object({ id: id.optional(), new: New.optional(), change: Change.optional() }),
      output: Destinations,
    }),
  };
  const base = ({ kind, collection }: Operation) => {
    if (kind === "internal") return {};
    if (collection) return kind === "command" ? commandFields : {};
    return kind === "command" ? write : byId;
  };
  return Object.fromEntries([
    ...declared.standard.map((verb) => [`${owner}.${name}.${verb}`, usual[verb]()]),
    ...Object.entries(operations).map(([verb, one]) => [
      `${owner}.${name}.${verb}`,
      { input: z.object({ ...base(one), ...one.input }), output: one.answer ?? View },
    ]),
  ]);
}
