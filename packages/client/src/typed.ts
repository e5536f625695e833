import type { Operations } from "./operations.ts";
import type { RequestOptions } from "./request-options.ts";

/** An operation by its method and path, such as `GET /mailboxes/{mailbox}`. */
export type OperationName = keyof Operations;

/** What an operation answers. */
export type Answered<Name extends OperationName> = Operations[Name]["answer"];

/** A page of a list. */
export interface Paged<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Operations that answer pages. */
export type ListName = {
  [Name in OperationName]: Operations[Name] extends { answer: Paged<unknown>; query: { cursor?: string } }
    ? Name
    : never;
}[OperationName];

/** An item of a list. */
export type ItemOf<Name extends ListName> = Answered<Name> extends Paged<infer Item> ? Item : never;

type Options = Omit<RequestOptions, "query" | "headers">;
type Part<Key extends string, Value> = [Value] extends [undefined]
  ? { readonly [K in Key]?: undefined }
  : Record<never, never> extends Value
    ? { readonly [K in Key]?: Value }
    : { readonly [K in Key]: Value };
type Wanted<One extends Operations[OperationName]> = Part<"path", One["path"]> &
  Part<"query", One["query"]> &
  Part<"body", One["body"]> &
  Options;

/** What a call of an operation takes: nothing has to be given where nothing is needed. */
export type Given<Name extends OperationName> =
  Record<never, never> extends Wanted<Operations[Name]>
    ? [given?: Wanted<Operations[Name]>]
    : [given: Wanted<Operations[Name]>];

/** The same for an operation that is not known by name. */
export interface AnyGiven extends RequestOptions {
  readonly path?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
