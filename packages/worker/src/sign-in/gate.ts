import { hash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Evidence,
  FailureError,
  failureOf,
  type OutgoingMessage,
  redactSecrets,
  subjects,
} from "@mailfleet/contracts";
import type { WorkerPorts } from "../ports.ts";
import type { Gates } from "./ports.ts";
import {
  type Asking,
  afterwards,
  type Ended,
  isRefused,
  leaveFor,
  type Refusal,
  type SignInRecord,
  triesAgainInMs,
} from "./record.ts";

/** So long a success is trusted without asking the store, milliseconds. */
const trustedMs = 5000;
const lookAgainMs = 200;
/** This much of the time for a connection may pass with waiting for another's sign-in. */
const waitingShare = 0.5;
/** An addressed user name that is refused may belong to a mailbox that does not exist. */
const mailboxesIfAddressed = 3;

/**
 * Lets the password of a profile's account be tried once, and not once for each of its mailboxes: servers lock accounts.
 * While it is not known to work one sign-in goes first, over all processes, and the others wait for it. One that was
 * refused is not tried by others until it, or the server, is another one (see `leaveFor` for what may be tried again);
 * the profile is alerted once. A store that is away lets everybody pass.
 */
export function createGates(
  ports: Pick<WorkerPorts<unknown>, "signIns" | "bus" | "logger" | "isOutage" | "now">,
): Gates {
  const { signIns: store, bus, now } = ports;
  const by = crypto.randomUUID();
  /** What this process knows by itself. */
  const trusted = new Map<string, { readonly credential: string; readonly until: number }>();
  const trying = new Map<string, Promise<unknown>>();

  return ({ credentials, server, mailboxId, profileName, connectionTimeoutMs }, password, asked) => {
    if (credentials.type !== "password" || credentials.purpose === "mailbox-password") return null;
    const { holder: profileId, authorizationIdentity, addressed, purpose } = credentials;
    const direction = purpose === "outbound-password" ? "outbound" : "inbound";
    const id = `${profileId}/${direction}`;
    const isAddressed = authorizationIdentity !== undefined || addressed === true;
    const credential = hash("sha256", JSON.stringify([server, credentials.password.tag, credentials.password.iv]));
    const mailboxes = isAddressed ? mailboxesIfAddressed : 1;
    const mailbox = mailboxId;
    const asking = (): Asking => ({ credential, by, now: now(), mailbox, mailboxes, connectionTimeoutMs, asked });
    const isTrusted = () => {
      const known = trusted.get(id);
      return known?.credential === credential && known.until > now();
    };
    const refusedError = ({ evidence }: Pick<Refusal, "evidence">, retryAfterMs?: number) =>
      new FailureError(failureOf("PROFILE_CREDENTIALS_REFUSED", evidence, retryAfterMs));

    /** Waits for leave, over all processes. Throws PROFILE_CREDENTIALS_REFUSED, the signal's reason. */
    async function leave(signal: AbortSignal): Promise<void> {
      for (;;) {
        signal.throwIfAborted();
        const before = await store.get(id);
        const found = leaveFor(id, before, asking());
        if (found.is === "refused") {
          await tellOnce(before);
          throw refusedError(found.refusal, found.retryAfterMs);
        }
        if (found.is === "go" && (!found.next || (await store.swap(raised(found.next))))) return;
        if (found.is === "wait") await orAborted(delay(lookAgainMs), signal);
      }
    }

    /** Writes down how it ended. Answers with the refusal where the credentials are refused, for all mailboxes. */
    async function settle(ended: Ended): Promise<Refusal | null> {
      for (;;) {
        const next = afterwards(await store.get(id), asking(), ended);
        if (next !== null && !(await store.swap(raised(next)))) continue;
        if (ended?.is === "worked" && next?.told) await say(next, "cleared");
        if (ended?.is !== "refused" || next === null) return null;
        if (!isRefused(next, { mailboxes })) return null;
        await say(next, "raised");
        return next.refused;
      }
    }

    async function tellOnce(record: SignInRecord | null): Promise<void> {
      if (record && !record.told) await say(record, "raised");
    }

    /** Says it, then writes down that it was said: a crash in between says it once more, which changes nothing. */
    async function say(record: SignInRecord, what: "raised" | "cleared"): Promise<void> {
      await bus.publish(message(what, { at: now(), profileId, profileName, direction, refusal: record.refused }));
      for (;;) {
        const latest = await store.get(id);
        if (latest?.credential !== credential) return;
        if (await store.swap(raised({ ...latest, told: what === "raised" }))) return;
      }
    }

    /** A store that is away must not stop mail. */
    const orPass = async <Result>(work: Promise<Result>, otherwise: Result): Promise<Result> => {
      try {
        return await work;
      } catch (error) {
        if (!ports.isOutage(error)) throw error;
        return otherwise;
      }
    };

    /** `isAsked`: leave was asked for, so how it ends is written down. */
    async function signIn<Result>(
      isAsked: boolean,
      work: () => Promise<Result>,
      refused: (error: unknown) => string | null,
    ): Promise<Result> {
      try {
        const result = await work();
        if (trusted.size > 10_000) trusted.clear();
        trusted.set(id, { credential, until: now() + trustedMs });
        // What others were refused ends also where this process did not ask.
        if (isAsked || isAddressed) await orPass(settle({ is: "worked" }), null);
        return result;
      } catch (error) {
        const words = refused(error);
        if (words !== null) trusted.delete(id);
        const reply = redactSecrets(words ?? "", [password.reveal()]);
        const evidence: Evidence = { host: server.host, port: server.port, ...(reply && { reply }) };
        const refusal = await orPass(settle(words === null ? null : { is: "refused", evidence }), null);
        throw refusal ? refusedError(refusal, triesAgainInMs(refusal, asking())) : error;
      }
    }

    /** The signal, and an end of waiting before the connection's own, which would speak of a server that was not asked. */
    function waitingUnder(signal: AbortSignal) {
      const over = new AbortController();
      const { host, port } = server;
      const end = () => over.abort(new FailureError(failureOf("FIRST_SIGN_IN_AWAITED", { host, port })));
      const timer = setTimeout(end, connectionTimeoutMs * waitingShare);
      return { signal: AbortSignal.any([signal, over.signal]), done: () => clearTimeout(timer) };
    }

    return {
      async pass(work, refused, signal) {
        const waiting = waitingUnder(signal);
        try {
          while (!isTrusted()) {
            const first = trying.get(id);
            if (!first) break;
            await orAborted(first, waiting.signal);
          }
          if (isTrusted()) return await signIn(false, work, refused);
          const mine = (async () => {
            await orPass(leave(waiting.signal), undefined);
            waiting.done();
            return signIn(true, work, refused);
          })();
          trying.set(id, mine);
          try {
            return await mine;
          } finally {
            if (trying.get(id) === mine) trying.delete(id);
          }
        } finally {
          waiting.done();
        }
      },
    };
  };
}

const raised = (record: SignInRecord): SignInRecord => ({ ...record, v: record.v + 1 });

function message(
  what: "raised" | "cleared",
  given: {
    readonly at: number;
    readonly profileId: string;
    readonly profileName: string | undefined;
    readonly direction: "inbound" | "outbound";
    readonly refusal: Refusal | null;
  },
): OutgoingMessage {
  const { at, profileId, profileName, direction, refusal } = given;
  const object = { type: "profile", id: profileId, direction, ...(profileName && { label: profileName }) };
  const code = "PROFILE_SIGN_IN_REFUSED";
  return {
    id: `${profileId}:${direction}:${code}:${what}:${refusal?.at ?? at}`,
    subject: subjects.mailFact(profileId, `alert-${what}`),
    type: `alert.${what}.v1`,
    at,
    body:
      what === "cleared"
        ? { at, object, codes: [code] }
        : { at, object, code, ...(refusal && { evidence: refusal.evidence }) },
  };
}

/** Waits until it is over, however it ends, or throws the signal's reason. */
async function orAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const over = Promise.withResolvers<void>();
  const abort = () => over.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  work.then(
    () => over.resolve(),
    () => over.resolve(),
  );
  try {
    await over.promise;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
