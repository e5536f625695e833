import { PassThrough } from "node:stream";
import type { Incoming } from "@mailfleet/bus";
import {
  alertFacts,
  jobFacts,
  type MessageType,
  mailboxFacts,
  mailFacts,
  messageTypes,
  ProblemError,
  profileFacts,
  runFacts,
  severities,
  subjects,
} from "@mailfleet/contracts";
import { z } from "zod";
import { isoInstants } from "../http/instants.ts";
import { mailboxIdOf, mailboxParams } from "../http/parameters.ts";
import { LimitReached, limitHeaders, type RateLimit } from "../http/rate-limit.ts";
import { type Call, type Route, route } from "../http/route.ts";

/** A comment this often keeps proxies and time-outs away. */
const heartbeatMs = 15_000;
/** What may wait for a slow reader, in bytes of text. */
const bufferBytes = 1_048_576;
/** Live views at the same time in one process. */
const maximumReaders = 200;
/** Of these for one token: nobody takes the places of the others. */
const maximumOfOne = 20;
const ofAll: RateLimit = { name: "live-views-of-all", quota: maximumReaders };
const ofOne: RateLimit = { name: "live-views", quota: maximumOfOne };
/** After the last words a reader has this long to take them. */
const usualPartingMs = 2000;

/** Message types that are facts: these can be followed. */
const followable = (Object.keys(messageTypes) as MessageType[]).filter(
  (type) => /^(mailbox|profile|job|mail|alert)\./.test(type) || type === "run.step.v1" || type === "run.finished.v1",
);

const types = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((part) => part.split(",")))
  .pipe(z.array(z.enum(followable as [MessageType, ...MessageType[]], `must be of ${followable.join(", ")}`)));

/** One event as clients read it (HTML, server-sent events). */
const LiveEvent = z.object({
  id: z.string().optional().describe("for `Last-Event-ID`"),
  event: z.string().optional().describe("the type of the fact, or `ready`"),
  data: z.string().optional().describe("JSON"),
});

/**
 * Subjects of all facts, or of those about one mailbox. Subjects of alerts carry the severity, so alerts are filtered
 * afterwards.
 */
function filtersFor(mailboxId: string | undefined): string[] {
  const about = mailboxId ?? "*";
  return [
    ...mailboxFacts.map((fact) => subjects.mailboxFact(about, fact)),
    ...mailFacts.map((fact) => subjects.mailFact(about, fact)),
    ...runFacts.map((fact) => subjects.runFact(about, fact)),
    ...severities.flatMap((severity) => alertFacts.map((fact) => subjects.alertFact(severity, fact))),
    ...(mailboxId === undefined
      ? [
          ...profileFacts.map((fact) => subjects.profileFact("*", fact)),
          ...jobFacts.map((fact) => subjects.jobFact("*", fact)),
        ]
      : []),
  ];
}

/** Where a reader stopped: time and place in the stream, as the `id` of the last event it saw. @throws INVALID */
function lastSeen(header: unknown): { at: number; sequence: number } | null {
  if (header === undefined) return null;
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(String(header));
  if (match) return { at: Number(match[1]), sequence: Number(match[2]) };
  const errors = [{ pointer: "Last-Event-ID", reason: "must be the id of an event" }];
  throw new ProblemError("INVALID", "Last-Event-ID must be the id of an event.", { errors });
}

/** One fact in the form of server-sent events (WHATWG HTML §9.2). */
function eventText(message: Incoming): string {
  const body = z.safeEncode(isoInstants(messageTypes[message.type] as z.ZodType), message.body);
  const data = {
    type: message.type,
    at: new Date(message.at).toISOString(),
    sequence: message.sequence,
    mailboxId: message.mailboxId,
    correlation: message.correlation,
    body: body.success ? body.data : message.body,
  };
  return `id: ${message.at}.${message.sequence}\nevent: ${message.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** True if this fact is about the mailbox; only alerts need a look inside. */
function concerns(message: Incoming, mailboxId: string): boolean {
  return message.type === "alert.changed.v1"
    ? message.body.alert.object.id === mailboxId
    : message.mailboxId === undefined || message.mailboxId === mailboxId;
}

const query = z.strictObject({
  mailbox: mailboxParams.shape.mailbox.optional().describe("id or address: only what concerns this mailbox"),
  type: types.optional().describe("message types, separated by commas"),
});

/** Opens live views and closes them all when the console stops. */
export interface LiveViews {
  readonly routes: readonly Route[];
  /** Says good-bye to every reader. */
  close(): void;
}

/** The facts of the system as they happen. Each process has its own readers. */
export function createLiveViews(
  options: { heartbeatMs?: number; bufferBytes?: number; partingMs?: number } = {},
): LiveViews {
  const readers = new Map<(reason: string) => void, string>();
  const openOf = (tokenId: string) => [...readers.values()].filter((id) => id === tokenId).length;

  const open = async (call: Call<undefined, z.output<typeof query>>): Promise<PassThrough> => {
    const mailboxId = call.query.mailbox === undefined ? undefined : await mailboxIdOf(call, call.query.mailbox);
    if (readers.size >= maximumReaders)
      throw new LimitReached(`${maximumReaders} live views are open on this console already.`, ofAll);
    const { tokenId } = call.caller;
    if (openOf(tokenId) >= maximumOfOne)
      throw new LimitReached(`${maximumOfOne} live views are open with this token already.`, ofOne, {
        remedy: "Close one of them, or give each program its own token.",
      });
    const since = lastSeen(call.headers["last-event-id"]);
    const stream = new PassThrough({ highWaterMark: 2 * bufferBytes });
    let stopFollowing = () => {};

    const part = (reason: string) => {
      if (!readers.delete(part)) return;
      clearInterval(heartbeat);
      stopFollowing();
      stream.end(`: ${reason}\n\n`);
      setTimeout(() => stream.destroy(), options.partingMs ?? usualPartingMs).unref();
    };
    const say = (text: string) => {
      if (stream.writableEnded) return;
      if (stream.readableLength + stream.writableLength > (options.bufferBytes ?? bufferBytes))
        part("dropped: this reader is too slow");
      else stream.write(text);
    };
    const heartbeat = setInterval(() => {
      say(": still here\n\n");
      call.checkToken().catch(() => part("the token was deleted"));
    }, options.heartbeatMs ?? heartbeatMs);
    readers.set(part, tokenId);
    stream.on("error", () => part("broken"));
    stream.on("close", () => part("closed"));
    call.signal.addEventListener("abort", () => part("closed"));

    const wanted = call.query.type ? new Set<MessageType>(call.query.type) : null;
    try {
      const following = await call.bus.follow(
        { filters: filtersFor(mailboxId), ...(since ? { startTime: since.at } : { deliver: "new" }) },
        (message) => {
          if (since && message.sequence <= since.sequence) return;
          if (wanted && !wanted.has(message.type)) return;
          if (mailboxId === undefined || concerns(message, mailboxId)) say(eventText(message));
        },
      );
      stopFollowing = () => void following.stop().catch(() => {});
      if (stream.writableEnded) stopFollowing();
    } catch (error) {
      part("the bus does not answer");
      throw error;
    }
    say("event: ready\ndata: {}\n\n");
    return stream;
  };

  return {
    routes: [
      route("GET", "/events", {
        operation: "event.follow",
        summary: "Follow events, as server-sent events; `ready` comes first, `Last-Event-ID` continues after an event",
        query,
        answerType: "text/event-stream",
        piece: LiveEvent,
        respond: async (call, reply) => {
          const stream = await open(call);
          return reply
            .type("text/event-stream")
            .header("cache-control", "no-store")
            .header("x-accel-buffering", "no")
            .headers(limitHeaders(ofOne, Math.max(0, maximumOfOne - openOf(call.caller.tokenId))))
            .send(stream);
        },
      }),
    ],
    close: () => {
      for (const part of [...readers.keys()]) part("the console stops");
    },
  };
}
