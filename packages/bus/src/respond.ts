import {
  headerNames,
  invalid,
  type Logger,
  type Problem,
  ProblemError,
  type Reply,
  type RequestName,
  requestAddress,
  requests,
  span,
  subjects,
} from "@mailfleet/contracts";
import type { Msg, Subscription } from "@nats-io/transport-node";
import type { RequestContext, RequestHandlers } from "./bus.ts";
import { closeMs, maximumRequestBytes } from "./limits.ts";
import type { Link } from "./link.ts";
import { BusOutage } from "./outage.ts";
import { atMost } from "./pause.ts";
import { answered } from "./repeats.ts";
import { reasonOf } from "./work.ts";

const decoder = new TextDecoder();

type AnyHandler = (input: unknown, context: RequestContext) => Promise<unknown>;

/** What answering needs. */
export interface ResponderParts {
  readonly link: Link;
  readonly logger: Logger;
  readonly isOutage: (error: unknown) => boolean;
}

/** Answers requests until stopped; `stop` lets those under way be answered. See `Bus.respond`. */
export async function respond(parts: ResponderParts, handlers: RequestHandlers): Promise<{ stop(): Promise<void> }> {
  const running = new Set<Promise<void>>();
  const subscriptions: Subscription[] = [];
  for (const [key, handler] of Object.entries(handlers)) {
    if (!handler) continue;
    const name = key as RequestName;
    const { service, resource, verb } = requestAddress(name);
    subscriptions.push(
      parts.link.nc.subscribe(subjects.request(service, resource, verb), {
        queue: service,
        callback: (error, msg) => {
          if (error) return parts.logger.error({ request: name, reason: error.message }, "cannot listen for requests");
          const header = (key: string) => msg.headers?.get(key) || undefined;
          const from = header(headerNames.traceparent) ?? null;
          const run: Promise<void> = span(
            `answer ${name}`,
            { kind: "answers", from, correlation: header(headerNames.correlation) },
            (say) => answer(parts, name, handler as AnyHandler, { msg, refused: (code) => say({ code }) }),
          ).finally(() => running.delete(run));
          running.add(run);
        },
      }),
    );
  }
  await parts.link.nc.flush();
  return {
    stop: async () => {
      await atMost(closeMs, Promise.all(subscriptions.map((one) => one.drain().catch(() => {}))));
      await Promise.all(running);
    },
  };
}

async function answer(
  parts: ResponderParts,
  name: RequestName,
  handler: AnyHandler,
  { msg, refused }: { readonly msg: Msg; readonly refused: (code: string) => void },
) {
  const reply: Reply = await handle(name, handler, msg)
    .then(({ result = {}, ...more }) => ({ ok: true, result, ...more }) as const)
    .catch((error) => ({ ok: false, problem: problemOf(parts, name, error) }) as const);
  if (!reply.ok) refused(reply.problem.code);
  try {
    let data = Buffer.from(JSON.stringify(reply));
    if (data.length > maximumRequestBytes) {
      const problem: Problem = {
        code: "TOO_LARGE",
        detail: `The answer has ${data.length} bytes: ask for less at once`,
      };
      data = Buffer.from(JSON.stringify({ ok: false, problem }));
    }
    msg.respond(data);
  } catch (error) {
    parts.logger.error({ request: name, reason: reasonOf(error) }, "an answer could not be sent");
  }
}

async function handle(name: RequestName, handler: AnyHandler, msg: Msg): ReturnType<typeof answered> {
  if (msg.data.length > maximumRequestBytes)
    throw new ProblemError("TOO_LARGE", `At most ${maximumRequestBytes} bytes are read`);
  const jsonLength = msg.headers?.get(headerNames.json);
  const length = jsonLength ? Number(jsonLength) : msg.data.length;
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(msg.data.subarray(0, length)));
  } catch {
    throw new ProblemError("INVALID", "The request is not JSON");
  }
  const input = requests[name].input.safeParse(json);
  if (!input.success) throw invalid(input.error);
  const context: RequestContext = {
    correlation: msg.headers?.get(headerNames.correlation) || undefined,
    ...(jsonLength ? { attachment: msg.data.subarray(length) } : {}),
  };
  return await answered(() => handler(input.data, context));
}

/**
 * A refusal is passed on, an outage is UNAVAILABLE. Any other error is a bug, logged here and hidden from the caller.
 */
function problemOf(parts: ResponderParts, request: RequestName, error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const stack = error instanceof Error ? error.stack : undefined;
  if (error instanceof BusOutage || parts.isOutage(error)) {
    parts.logger.warn({ request, reason: reasonOf(error) }, "a request met an outage");
    return {
      code: "UNAVAILABLE",
      detail: "A part of Mailfleet is away for the moment",
      remedy: "Try again in a moment.",
    };
  }
  parts.logger.error({ request, reason: reasonOf(error), stack }, "a request failed");
  return { code: "INTERNAL", detail: "Mailfleet itself failed; its log says why" };
}
