import {
  type AnyNoun,
  camel,
  idPrefixOf,
  kebab,
  type Operation,
  type ProblemCode,
  paged,
  type RequestName,
  type Standard,
  sentenceOf,
} from "@mailfleet/contracts";
import { type IdPrefix, idFrom } from "@mailfleet/kit";
import { z } from "zod";
import { sealSecrets } from "../secret/seal-secrets.ts";
import { sendContent } from "./content-route.ts";
import { fieldsParameter } from "./fields.ts";
import { findByLabel, type Place, placeOf } from "./noun-place.ts";
import { ownerOf, queryOf } from "./noun-shapes.ts";
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
  /** May refuse before the owner is asked. */
  readonly before?: (verb: string, call: Call<never, never, never>) => Promise<void>;
  /** Leaves out items of a list. */
  readonly lists?: (call: Call, item: never) => boolean;
  /** Operations that the console answers itself, from what the owner would be asked. */
  readonly answers?: Readonly<Record<string, (call: Call, input: never) => Promise<unknown>>>;
  /** Lists that leave out what does not belong to the caller's part of the fleet. */
  readonly parted?: readonly string[];
}

type AnyCall = Call<Record<string, string>, Record<string, unknown>, Record<string, unknown> | undefined>;
type Handle = (call: AnyCall) => Promise<unknown>;
type Row = Omit<Partial<Route>, "handle" | "respond"> & Pick<Route, "respond"> & { readonly handle?: Handle };

/** What may be wrong with what proves an OAuth application. */
const problemsOfKeys: readonly ProblemCode[] = [
  "KEY_UNREADABLE",
  "KEY_OF_ANOTHER_KIND",
  "KEY_OF_ANOTHER_PROJECT",
  "KEY_WITHOUT_CLIENT_EMAIL",
  "CERTIFICATE_UNUSABLE",
  "TENANT_INVALID",
  "URL_NOT_ALLOWED",
];

const dryRun = { dryRun: z.boolean().optional().describe("true: decide and answer, change nothing") };

/** The routes of one noun: `POST path`, `GET path`, `GET path/:x`, `PATCH`, `DELETE`, its operations and secrets. */
export function nounRoutes(noun: AnyNoun, particular: Particular = {}): readonly Route[] {
  const { path, name, owner, operations, places = {} } = noun;
  if (path === undefined) return [];
  const all = placeOf(noun, places.list ?? path);
  const one = placeOf(noun, places.get ?? (noun.single ? path : `${path}/:${camel(name)}`));
  const view = particular.shows?.schema ?? noun.View;

  const ask = async (call: AnyCall, verb: string, input: object): Promise<unknown> => {
    await particular.before?.(verb, call as Call<never, never, never>);
    const own = particular.answers?.[verb];
    if (own) return own(call, input as never);
    const timeoutMs = operations[verb]?.timeoutMs ?? noun.timeoutsMs?.[verb as Standard];
    const options = timeoutMs === undefined ? {} : { timeoutMs };
    return call.ask(`${owner}.${name}.${verb}` as RequestName, input as never, options);
  };
  const show = (call: AnyCall, shown: unknown) => particular.shows?.of(call, shown as never) ?? shown;
  const command = ({ command: given, ifVersion, query }: AnyCall) => ({
    ...given,
    ...(noun.framed && ifVersion !== undefined ? { ifVersion } : {}),
    ...(query.dryRun ? { dryRun: true } : {}),
  });
  const commandQuery = noun.dryRuns ? { query: z.strictObject(dryRun) } : {};
  const update = async (call: AnyCall, body: Record<string, unknown>) => {
    const by = await one.inputOf(call);
    const { rest, sealed } = await sealSecrets(call, noun, { id: by.id, body, isNew: false });
    const change = Object.keys(rest).length > 0 ? { change: rest } : {};
    return show(call, await ask(call, "update", { ...command(call), ...by, ...change, ...sealed }));
  };
  const plain = (adapt: (schema: z.ZodType) => z.ZodType) =>
    Object.fromEntries(
      Object.entries(noun.secrets).map(([key, { plain, text }]) => [key, adapt(plain).optional().describe(text)]),
    );

  const standard: Partial<Record<Standard, () => Route>> = {
    list: () =>
      made("GET", all, "list", {
        query: queryOf(noun, "list", all.namesMailbox).extend(fieldsParameter(view)),
        item: view,
        answer: paged(view),
        handle: async (call) => {
          const { fields: _, ...asked } = call.query;
          const answered = await ask(call, "list", { ...asked, ...(await all.inputOf(call)) });
          const { items, next } = answered as { items: never[]; next: string | null };
          const listed = items.filter((item) => particular.lists?.(call, item) ?? true);
          return { items: listed.map((item) => show(call, item)), next };
        },
      }),
    create: () =>
      made("POST", placeOf(noun, path), "create", {
        ...commandQuery,
        body: noun.New.extend(plain((schema) => schema)),
        answer: view,
        status: 201,
        location: ({ id }: { id: string }) => `${path}/${id}`,
        handle: async (call) => {
          const id = idFrom(idPrefixOf(noun.id) as IdPrefix, `${call.caller.tokenId}|${call.commandId}`);
          const { rest, sealed } = await sealSecrets(call, noun, { id, body: call.body ?? {}, isNew: true });
          return show(call, await ask(call, "create", { ...command(call), id, new: rest, ...sealed }));
        },
      }),
    get: () =>
      made("GET", one, "get", {
        answer: particular.reads?.schema ?? view,
        handle: async (call) => {
          const { id, label } = one.named(call);
          const byId = () => ask(call, "get", id === undefined ? {} : { id });
          const shown = label === undefined ? await byId() : await findByLabel(noun, call, label);
          return particular.reads?.of(call, shown as never) ?? show(call, shown);
        },
      }),
    update: () =>
      made("PATCH", one, "update", {
        ...commandQuery,
        body: noun.Change.extend(plain((schema) => schema.nullable())),
        answer: view,
        handle: (call) => update(call, call.body ?? {}),
      }),
    delete: () =>
      made("DELETE", one, "delete", {
        ...commandQuery,
        status: 204,
        handle: async (call) => void (await ask(call, "delete", { ...command(call), ...(await one.inputOf(call)) })),
      }),
  };

  const operationRoute = (verb: string, declared: Operation): Route => {
    const { input, answer, collection, status, problems, content } = declared;
    const place = placeOf(noun, declared.at ?? `${collection ? path : one.path}/${verb}`);
    if (content !== undefined)
      return made("GET", place, verb, {
        answerType: content,
        respond: async (call, reply) => {
          const { id = "" } = await place.inputOf(call);
          const read = (piece: object) => ask(call as AnyCall, verb, { id, ...piece }) as never;
          return sendContent(call, reply, { type: content, name: id.split("/").at(-1) ?? id, read });
        },
      });
    const isCommand = declared.kind === "command";
    const { mailboxId, ...rest } = input;
    const body = z.strictObject(place.namesMailbox ? rest : input);
    const some = Object.keys(body.shape).length > 0;
    const query = queryOf(noun, verb, place.namesMailbox);
    return made(declared.method ?? (isCommand ? "POST" : "GET"), place, verb, {
      ...(isCommand
        ? declared.tried === false
          ? {}
          : commandQuery
        : Object.keys(query.shape).length > 0
          ? { query }
          : {}),
      ...(isCommand && some ? { body: body.safeParse({}).success ? body.optional() : body } : {}),
      ...(status === 204 ? {} : { answer: answer ?? view }),
      status,
      problems,
      handle: async (call) => {
        const given = isCommand ? { ...command(call), ...call.body } : call.query;
        const answered = await ask(call, verb, { ...given, ...(await place.inputOf(call)) });
        return answer ? answered : show(call, answered);
      },
    });
  };

  const secretRoutes = (key: string): Route[] => {
    const { plain: body, text } = noun.secrets[key] ?? { plain: z.never(), text: "" };
    const at = placeOf(noun, `${one.path}/${kebab(key)}`);
    const rest = { ...commandQuery, answer: view };
    const operation = `${name}.update`;
    const set: Handle = (call) => update(call, { [key]: call.body });
    const remove: Handle = (call) => update(call, { [key]: null });
    return [
      made("PUT", at, key, { ...rest, body, operation, summary: `Set ${text}`, handle: set }),
      made("DELETE", at, key, { ...rest, operation, summary: `Remove ${text}`, handle: remove }),
    ];
  };

  function made(method: Method, place: Place, verb: string, row: Row): Route {
    const role = operations[verb]?.role ?? (method === "GET" ? noun.role : noun.roles?.[verb as Standard]);
    const impact = operations[verb]?.impact;
    // A secret is set by changing the object that has it.
    const standardVerb = (Object.hasOwn(noun.secrets, verb) ? "update" : verb) as Standard;
    const takesSecrets = ["create", "update"].includes(standardVerb) ? Object.values(noun.secrets) : [];
    const ofKeys = takesSecrets.some(({ kind }) => kind === "oauth-secret") ? problemsOfKeys : [];
    const problems = [...(row.problems ?? []), ...(noun.problems?.[standardVerb] ?? []), ...ofKeys];
    return route(method, place.path, {
      operation: `${name}.${verb}`,
      summary: sentenceOf(noun, verb),
      ...(particular.parted?.includes(verb) ? { parted: true } : {}),
      ...(role ? { role } : {}),
      ...ownerOf(noun, verb),
      ...place.params,
      ...(impact ? { impact } : {}),
      ...(row as object),
      ...(problems.length > 0 ? { problems } : {}),
    });
  }

  return [
    ...(["list", "create", "get", "update", "delete"] as const)
      .filter((verb) => noun.standard.includes(verb))
      .flatMap((verb) => standard[verb]?.() ?? []),
    ...Object.entries(operations)
      .filter(([, { role }]) => role !== null)
      .map(([verb, declared]) => operationRoute(verb, declared)),
    ...(noun.standard.includes("update") ? Object.keys(noun.secrets).flatMap(secretRoutes) : []),
  ];
}
