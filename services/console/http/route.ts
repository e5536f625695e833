import type {
  Impact,
  NeededRole,
  Part,
  ProblemCode,
  RequestInput,
  RequestName,
  RequestOutput,
  Role,
} from "@mailfleet/contracts";
import type { FastifyReply } from "fastify";
import type { z } from "zod";
import type { ConsolePorts } from "../ports.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Who asks: the token's id, name and role. */
export interface Caller {
  readonly tokenId: string;
  readonly name: string;
  readonly role: Role;
  /** Of an owner: the only mailboxes that exist for them. */
  readonly mailboxIds?: readonly string[];
  /** Of each of them the number of its ownership for which the token is good. */
  readonly ownerships?: Readonly<Record<string, number>>;
  /** The only part of the fleet that exists for them. */
  readonly within?: Part;
  /** The only operations they may use, of those that their role may. */
  readonly only?: readonly string[];
}

/**
 * What owners may do with a route; without it they may not call it. A route with `:mailbox` works for their own
 * mailboxes only; others do not exist for them (`http/owner-access.ts` ensures both).
 */
export interface OwnerAccess {
  /** The fields of the body that an owner may use; all if absent. */
  readonly fields?: readonly string[];
  /** What an owner sees, if that is less than the answer. */
  readonly answer?: z.ZodType;
}

/** One validated request of the API. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> extends ConsolePorts {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly caller: Caller;
  readonly correlation: string;
  /** The `Idempotency-Key`, or a random id where the client gave none. */
  readonly commandId: string;
  /** What every command carries: its id, who gave it in words and as a token, as owner of which time, the correlation. */
  readonly command: {
    commandId: string;
    by: string;
    caller: string;
    correlation: string;
    owner?: number;
    within?: Part;
    from: string;
  };
  /** From `If-Match`; absent means: whatever the version is. */
  readonly ifVersion?: number;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** Headers about a limit, for the answer. */
  sayLeft(headers: Readonly<Record<string, string>>): void;
  /** Throws if the token is no longer valid; for calls that stay open. */
  checkToken(): Promise<void>;
  /** Asks another service, with this call's correlation. */
  ask<Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
    options?: { timeoutMs?: number; attachment?: Uint8Array },
  ): Promise<RequestOutput<Name>>;
}

/** A row of the route table, as the server and the reference read it. */
export interface Route {
  readonly method: Method;
  /** Below `/api/v1`, parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  /** What it does: noun and verb, as `mailbox.test`. */
  readonly operation: string;
  /** The least role that may call it. Owners are separate. */
  readonly role: NeededRole;
  /** Concerns no single mailbox, and still leaves out all that a part of the fleet does not have. */
  readonly parted?: true;
  /** Absent: an owner is refused. */
  readonly owner?: OwnerAccess;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Picks the schema of the body where one answer fits all is not enough, so that reasons stay precise. */
  readonly bodyFor?: (body: unknown) => z.ZodType;
  /** Of a list: one item, of which the query may name the `fields` that are wanted. */
  readonly item?: z.ZodObject;
  /** Schema of the answer; absent: no body, or one that `respond` writes. */
  readonly answer?: z.ZodType;
  /** Media type of what `respond` writes. */
  readonly answerType?: string;
  /** One event of a `text/event-stream`. */
  readonly piece?: z.ZodType;
  readonly status: number;
  /** What a call does to the world. */
  readonly impact: Impact;
  /** Refusals with a code of their own, beside those that any call may get. */
  readonly problems?: readonly ProblemCode[];
  /** Largest body in bytes; the server's default without it. */
  readonly bodyLimit?: number;
  /** A media type that is taken as a stream; JSON is taken, too, where `alsoJson` says so. */
  readonly takes?: { readonly type: "message/rfc822" | "text/csv"; readonly what: string; readonly alsoJson?: true };
  readonly handle?: (call: Call<never, never, never>) => Promise<unknown>;
  readonly respond?: (call: Call<never, never, never>, reply: FastifyReply) => Promise<unknown>;
  /** Address of what was made, relative to `/api/v1`. */
  readonly location?: (answer: never) => string;
}

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

interface Definition<P, Q, B, A> extends Omit<Route, "method" | "path" | "role" | "status" | "impact"> {
  readonly impact?: Impact;
  readonly role?: Route["role"];
  readonly status?: number;
  readonly params?: P & z.ZodType;
  readonly query?: Q & z.ZodType;
  readonly body?: B & z.ZodType;
  readonly answer?: A & z.ZodType;
  readonly handle?: (
    call: Call<Output<P>, Output<Q>, Output<B>>,
  ) => Promise<Output<A> | (A extends z.ZodType ? never : unknown)>;
  readonly respond?: (call: Call<Output<P>, Output<Q>, Output<B>>, reply: FastifyReply) => Promise<unknown>;
  readonly location?: (answer: Output<A> & object) => string;
}

/**
 * One row, with the handler's types taken from its schemas. Readers may GET; the rest is for administrators, unless it
 * says otherwise; owners may what says so.
 */
export function route<P = undefined, Q = undefined, B = undefined, A = undefined>(
  method: Method,
  path: string,
  definition: Definition<P, Q, B, A>,
): Route {
  return {
    role: method === "GET" ? "reader" : "administrator",
    impact: method === "GET" ? "none" : method === "DELETE" ? "destroys" : "changes",
    status: definition.answer || definition.respond ? 200 : 204,
    ...definition,
    method,
    path,
  } as Route;
}
