import {
  type Failure,
  type FoundMail,
  failureCodes,
  forwardedText,
  type MailEvent,
  type MailTrail,
  ProblemError,
  type RequestArguments,
  type RequestOutput,
  shownRecipients,
} from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";
import type { SendAttempt, StoredSend, Undelivered } from "./send.ts";

/** `send.search` */
export async function searchSends(
  { sends }: Pick<OutboundPorts, "sends">,
  input: RequestArguments<"outbound-send.send.search">,
): Promise<RequestOutput<"outbound-send.send.search">> {
  const { items, next } = await sends.search(input);
  return { items: items.map(foundSend), next };
}

/** `send.trail` */
export async function sendTrail({ sends }: Pick<OutboundPorts, "sends">, { id }: { id: string }): Promise<MailTrail> {
  const send = await sends.get(id);
  if (!send) throw new ProblemError("NOT_FOUND", `There is no send ${id}. It may have expired.`);
  return { ...foundSend(send), events: eventsOf(send) };
}

/** What happened to a send, as far as it tells. */
export function eventsOf(send: StoredSend): MailEvent[] {
  const {
    state,
    acceptedAt,
    changedAt,
    attempts,
    claim,
    failure,
    answer,
    rejected,
    afterwards,
    filedAt,
    undelivered = [],
    answers = [],
  } = send;
  const underWay = state === "sending" && claim ? [{ n: send.attempt, startedAt: claim.startedAt }] : [];
  const isOver = !["accepted", "sending"].includes(state);
  const words = state === "sent" ? answer : failure ? wordsOf(failure) : null;
  const next = state === "deferred" && send.nextAttemptAt !== null ? send.nextAttemptAt : undefined;
  return [
    { at: acceptedAt, what: "accepted", words: `by ${send.by}` },
    ...attempts.flatMap(attemptEvents),
    ...underWay.flatMap(attemptEvents),
    ...(isOver
      ? [{ at: changedAt, what: state, words: [words, nextText(next)].filter(Boolean).join("; ") || null }]
      : []),
    ...rejected.map(({ address, reply }) => ({
      at: changedAt,
      what: "rejectedRecipient" as const,
      words: `${address}: ${reply}`,
    })),
    ...(state === "sent" && afterwards
      ? [
          {
            at: afterwards.at,
            what: "copyDue" as const,
            words: `a copy among the sent mail, tried ${afterwards.tries} times`,
          },
        ]
      : []),
    ...undelivered.map((one) => ({
      at: one.at,
      what: "undeliverable" as const,
      words: `${undeliveredText(one)}; report ${one.report}`,
    })),
    ...answers.map(({ at, from, message }) => ({
      at,
      what: "answered" as const,
      words: `by ${from ?? "somebody"}; message ${message}`,
    })),
    ...(filedAt === undefined ? [] : [{ at: filedAt, what: "copyFiled" as const, words: null }]),
  ];
}

const nextText = (at: number | undefined) => at !== undefined && `tried again from ${new Date(at).toISOString()}`;

const undeliveredText = ({ address, original, status, diagnostic }: Undelivered) =>
  [`not delivered to ${forwardedText(address, original)}`, status, diagnostic].filter(Boolean).join(" ");

function attemptEvents({ n, startedAt, endedAt, failure }: SendAttempt): MailEvent[] {
  const begun: MailEvent = { at: startedAt, what: "attempt", words: `number ${n}` };
  return failure ? [begun, { at: endedAt ?? null, what: "refused", words: wordsOf(failure) }] : [begun];
}

const wordsOf = ({ code, evidence }: Failure) =>
  `${code}: ${evidence?.reply ?? failureCodes[code].text}`.slice(0, 2000);

function foundSend({ id, mailboxId, state, acceptedAt, messageId, from, to, subject, ...rest }: StoredSend): FoundMail {
  const { answer, rejected, failure, undelivered = [] } = rest;
  const unreached = undelivered.map(undeliveredText).join("; ");
  const refused = rejected.map(({ address, reply }) => `${address}: ${reply}`).join("; ");
  const failed = failure && (failure.evidence?.reply ?? failureCodes[failure.code].text);
  return {
    ...{
      id,
      mailboxId,
      state: state === "sent" && unreached ? "undeliverable" : state,
      at: acceptedAt,
      messageId,
      from,
      subject,
    },
    to: to.slice(0, shownRecipients),
    why: [unreached, failed ?? answer, refused].filter(Boolean).join("; ").slice(0, 2000) || null,
  };
}
