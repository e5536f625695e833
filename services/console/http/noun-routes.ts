import {
  type AnyNoun,
  camel,
  idPrefixOf,
  kebab,
  type Operation,
  paged,
  type RequestName,
  type Standard,
  sentenceOf,
} from "@mailfleet/contracts";
import { type IdPrefix, idFrom } from "@mailfleet/kit";
import { z } from "zod";
import { type GoesTo, sealSecrets } from "../secret/seal-secrets.ts";
import { namedBy, ownerOf, queryOf } from "./noun-shapes.ts";
import { type Call, type Method, type Route, route } from "./route.ts";

/** What the API shows of an object where that is more than the owner of the noun knows. */
export interface Showing {
  readonly schema: z.ZodObject;
  of(call: Call, shown: never): unknown;
}

/** What is particular about a noun; everything else follows from its declaration. */
export interface Particular {
  /** Instead of the view, in every answer that has it. */
  readonly shows?: Showing;
  /** The same for one that is read by itself. */
  readonly reads?: Showing;
  /** Where its secrets go; asked when one is sent. */
  readonly goesTo?: GoesTo;
  /** May refuse before the owner is asked. */
  readonly before?: (verb: string, call: Call<never, never, never>) => Promise<void>;
  /** Leaves out items of a list. */
  readonly lists?: (call: Call, item: never) => boolean;
  /** Operations that the console answers itself, from what the owner would be asked. */
  readonly answers?: Readonly<Record<string, (call: Call, input: never) => Promise<unknown>>>;
  /** Of operations that take longer than usual. */
  readonly timeoutMs?: Readonly<Record<string, number>>;
}

type AnyCall = Call<Record<string, string>, Record<string, unknown>, Record<string, unknown> | undefined>;
type Handle = (call: AnyCall) => Promise<unknown>;

const dryRun = { dryRun: z.boolean().optional().describe("true: decide and answer, change nothing") };

/** The routes of one noun: `POST path`, `GET path`, `GET path/:x`, `PATCH`, `DELETE`, its operations and secrets. */
export function nounRoutes(noun: AnyNoun, particular: Particular = {}): readonly Route[] {
  const { path, name, owner, operations } = noun;
  if (path === undefined) return [];
  const parameter = camel(name);
  const one = noun.single ? path : `${path}/:${parameter}`;
  const label = Object.keys(operations.find?.input ?? {})[0];
  const params = noun.single ? {} : { params: z.strictObject({ [parameter]: namedBy(noun, label) }) };
  const view = particular.shows?.schema ?? noun.View;

  const ask = async (call: AnyCall, verb: string, input: object): Promise<unknown> => {
    await particular.before?.(verb, call as Call<never, never, never>);
    const own = particular.answers?.[verb];
    if (own) return own(call, input as never);
    const timeoutMs = particular.timeoutMs?.[verb];
    const options = timeoutMs === undefined ? {} : { timeoutMs };
    return call.ask(`${owner}.${name}.${verb}` as RequestName, input as never, options);
  };
  const show = (call: AnyCall, shown: unknown) => particular.shows?.of(call, shown as never) ?? shown;
  const find = (call: AnyCall, text: string) => ask(call, "find", { [label ?? ""]: text }) as Promise<{ id: string }>;
  const idOf = async (call: AnyCall): Promise<{ id: string } | Record<string, never>> => {
    const text = call.params?.[parameter];
    if (noun.single || text === undefined) return {};
    return label === undefined || noun.id.safeParse(text).success ? { id: text } : { id: (await find(call, text)).id };
  };
  const command = ({ command: given, ifVersion, query }: AnyCall) => ({
    ...given,
    ...(noun.framed && ifVersion !== undefined ? { ifVersion } : {}),
    ...(query.dryRun ? { dryRun: true } : {}),
  });
  const commandQuery = noun.dryRuns ? { query: z.strictObject(dryRun) } : {};
  const sealed = (call: AnyCall, id: string | undefined, body: Record<string, unknown>, isNew = false) =>
    sealSecrets(call, noun, { id, body, isNew }, particular.goesTo);
  const update = async (call: AnyCall, body: Record<string, unknown>) => {
    const by = await idOf(call);
    const { rest, ...parts } = await sealed(call, by.id, body);
    const change = Object.keys(rest).length > 0 ? { change: rest } : {};
    return show(call, await ask(call, "update", { ...command(call), ...by, ...change, ...parts.sealed }));
  };
  const plain = (adapt: (schema: z.ZodType) => z.ZodType) =>
    Object.fromEntries(
      Object.entries(noun.secrets).map(([key, { plain, text }]) => [key, adapt(plain).optional().describe(text)]),
    );

  const standard: Record<Standard, () => Route> = {
    list: () =>
      made("GET", path, "list", {
        query: queryOf(noun, "list"),
        answer: paged(view),
        handle: async (call) => {
          const { items, next } = (await ask(call, "list", call.query)) as { items: never[]; next: string | null };
          const listed = items.filter((item) => particular.lists?.(call, item) ?? true);
          return { items: listed.map((item) => show(call, item)), next };
        },
      }),
    create: () =>
      made("POST", path, "create", {
        ...commandQuery,
        body: noun.New.extend(plain((schema) => schema)),
        answer: view,
        status: 201,
        location: ({ id }: { id: string }) => `${path}/${id}`,
        handle: async (call) => {
          const id = idFrom(idPrefixOf(noun.id) as IdPrefix, `${call.caller.tokenId}|${call.commandId}`);
          const { rest, ...parts } = await sealed(call, id, call.body ?? {}, true);
          return show(call, await ask(call, "create", { ...command(call), id, new: rest, ...parts.sealed }));
        },
      }),
    get: () =>
      made("GET", one, "get", {
        ...params,
        answer: particular.reads?.schema ?? view,
        handle: async (call) => {
          const text = call.params?.[parameter] ?? "";
          const byLabel = label !== undefined && !noun.id.safeParse(text).success;
          const shown = byLabel ? await find(call, text) : await ask(call, "get", noun.single ? {} : { id: text });
          return particular.reads?.of(call, shown as never) ?? show(call, shown);
        },
      }),
    update: () =>
      made("PATCH", one, "update", {
        ...params,
        ...commandQuery,
        body: noun.Change.extend(plain((schema) => schema.nullable())),
        answer: view,
        handle: (call) => update(call, call.body ?? {}),
      }),
    delete: () =>
      made("DELETE", one, "delete", {
        ...params,
        ...commandQuery,
        status: 204,
        handle: async (call) => void (await ask(call, "delete", { ...command(call), ...(await idOf(call)) })),
      }),
  };

  const operationRoute = (verb: string, { kind, input, answer, collection, status, problems }: Operation): Route => {
    const isCommand = kind === "command";
    const some = Object.keys(input).length > 0;
    const body = z.strictObject(input);
    return made(isCommand ? "POST" : "GET", `${collection ? path : one}/${verb}`, verb, {
      ...(collection ? {} : params),
      ...(isCommand ? commandQuery : some ? { query: queryOf(noun, verb) } : {}),
      ...(isCommand && some ? { body: body.safeParse({}).success ? body.optional() : body } : {}),
      answer: answer ?? view,
      status,
      problems,
      handle: async (call) => {
        const given = isCommand ? { ...command(call), ...call.body } : call.query;
        const answered = await ask(call, verb, { ...given, ...(collection ? {} : await idOf(call)) });
        return answer ? answered : show(call, answered);
      },
    });
  };

  const secretRoutes = (key: string): Route[] => {
    const { plain: body, text } = noun.secrets[key] ?? { plain: z.never(), text: "" };
    const at = `${one}/${kebab(key)}`;
    const rest = { ...params, ...commandQuery, answer: view };
    return [
      made("PUT", at, key, {
        ...rest,
        body,
        summary: `Set ${text}`,
        handle: (call) => update(call, { [key]: call.body }),
      }),
      made("DELETE", at, key, {
        ...rest,
        summary: `Take away ${text}`,
        handle: (call) => update(call, { [key]: null }),
      }),
    ];
  };

  function made(method: Method, at: string, verb: string, row: Partial<Route> & { handle: Handle }): Route {
    const role = operations[verb]?.role ?? (method === "GET" ? noun.role : undefined);
    return route(method, at, {
      summary: sentenceOf(noun, verb),
      ...(role ? { role } : {}),
      ...ownerOf(noun, verb),
      ...(row as object),
    });
  }

  return [
    ...(["list", "create", "get", "update", "delete"] as const)
      .filter((verb) => noun.standard.includes(verb))
      .map((verb) => standard[verb]()),
    ...Object.entries(operations)
      .filter(([, { role }]) => role !== null)
      .map(([verb, declared]) => operationRoute(verb, declared)),
    ...(noun.standard.includes("update") ? Object.keys(noun.secrets).flatMap(secretRoutes) : []),
  ];
}
