import type { MessageBody } from "@mailfleet/contracts";

type Undeliverable = MessageBody<"mail.report-received.v1">["undeliverable"];

/** What was sent: `to` is nobody@example.net, it was accepted an hour ago, and the server took it, if nothing is said. */
export interface GivenSend {
  readonly name: string;
  readonly to?: readonly string[];
  readonly hoursAgo?: number;
  readonly state?: "deferred" | "uncertain";
  /** Of a mailbox other than the one that receives the report. */
  readonly elsewhere?: true;
}

/** A report that came back, and the send that it is tied to. */
export interface TiedCase {
  readonly what: string;
  readonly sends: readonly GivenSend[];
  /** `message`, `send`: names of sends, in place of a Message-ID and the id of a send. */
  readonly report: Partial<Undeliverable> & { readonly message?: string; readonly send?: string };
  /** `null`: to none. */
  readonly tied: string | null;
  /** Whom it says were not reached; nobody@example.net if absent. */
  readonly unreached?: readonly string[];
  /** Who of the send's recipients each of them stands for, where it was forwarded; nobody if absent. */
  readonly originals?: readonly (string | undefined)[];
}

const to = (...addresses: string[]) => addresses.map((address) => ({ address, status: "5.1.1" }));
const forwarded = (address: string, original: string) => ({ address, original, status: "5.1.1" });
const nobody = to("nobody@example.net");

/** Which send a report is about (RFC 3464, and reports that name less). */
export const tiedCases: readonly TiedCase[] = [
  { what: "its Message-ID", sends: [{ name: "a" }, { name: "b" }], report: { message: "b" }, tied: "b" },
  {
    what: "the id in its header, where the server replaced the Message-ID",
    sends: [{ name: "a" }, { name: "b" }],
    report: { send: "a", messageId: "<other@outlook.test>" },
    tied: "a",
  },
  {
    what: "the id in its header before a Message-ID",
    sends: [{ name: "a" }, { name: "b" }],
    report: { send: "a", message: "b" },
    tied: "a",
  },
  {
    what: "an id that no send has, and a Message-ID",
    sends: [{ name: "a" }],
    report: { sendId: "sn_unknown1", message: "a" },
    tied: "a",
  },
  {
    what: "a Message-ID without brackets, in other letters",
    sends: [{ name: "a" }],
    report: { messageId: "REPORT-A@example.org" },
    tied: "a",
  },
  {
    what: "a Message-ID of somebody else's",
    sends: [{ name: "a" }],
    report: { messageId: "<other@example.org>" },
    tied: null,
  },
  {
    what: "a Message-ID of another mailbox's",
    sends: [{ name: "a", elsewhere: true }],
    report: { message: "a" },
    tied: null,
  },
  {
    what: "the id of another mailbox's send",
    sends: [{ name: "a", elsewhere: true }],
    report: { send: "a" },
    tied: null,
  },
  {
    what: "the only message to this recipient",
    sends: [{ name: "a" }, { name: "b", to: ["other@example.net"] }],
    report: {},
    tied: "a",
  },
  {
    what: "the only one to this recipient, in other letters",
    sends: [{ name: "a" }],
    report: { recipients: to("NoBody@Example.NET") },
    tied: "a",
    unreached: ["NoBody@Example.NET"],
  },
  { what: "two messages to this recipient", sends: [{ name: "a" }, { name: "b" }], report: {}, tied: null },
  {
    what: "two, of which one is too old for it",
    sends: [{ name: "a", hoursAgo: 130 }, { name: "b" }],
    report: {},
    tied: "b",
  },
  { what: "one that is too old for it", sends: [{ name: "a", hoursAgo: 130 }], report: {}, tied: null },
  { what: "one that is not sent yet", sends: [{ name: "a", state: "deferred" }], report: {}, tied: null },
  {
    what: "one that is not known to be sent, by its Message-ID",
    sends: [{ name: "a", state: "uncertain" }],
    report: { message: "a" },
    tied: "a",
  },
  {
    what: "two recipients of one message",
    sends: [{ name: "a", to: ["one@example.net", "two@example.net"] }],
    report: { recipients: to("one@example.net", "two@example.net") },
    tied: "a",
    unreached: ["one@example.net", "two@example.net"],
  },
  {
    what: "two recipients of different messages",
    sends: [
      { name: "a", to: ["one@example.net"] },
      { name: "b", to: ["two@example.net"] },
    ],
    report: { recipients: to("one@example.net", "two@example.net") },
    tied: null,
  },
  {
    what: "an address that the recipient forwards to, by the Message-ID",
    sends: [{ name: "a" }],
    report: { message: "a", recipients: to("private@example.com") },
    tied: "a",
    unreached: ["private@example.com"],
    originals: ["nobody@example.net"],
  },
  {
    what: "addresses that recipients forward to, and one that is nobody's",
    sends: [{ name: "a", to: ["One@example.net", "two+x@example.net"] }],
    report: {
      message: "a",
      recipients: [
        forwarded("private@example.com", "one@example.net"),
        forwarded("other@example.com", "two+2Bx@example.net"),
        forwarded("forged@example.com", "three@example.net"),
        forwarded("one@example.net", "two+x@example.net"),
      ],
    },
    tied: "a",
    unreached: ["private@example.com", "other@example.com", "forged@example.com", "one@example.net"],
    originals: ["One@example.net", "two+x@example.net", undefined, undefined],
  },
  {
    what: "the only one to whom it was sent before it was forwarded",
    sends: [{ name: "a" }],
    report: { recipients: [forwarded("private@example.com", "nobody@example.net")] },
    tied: "a",
    unreached: ["private@example.com"],
    originals: ["nobody@example.net"],
  },
  {
    what: "an address that nothing was sent to",
    sends: [{ name: "a" }],
    report: { recipients: to("private@example.com") },
    tied: null,
  },
  {
    what: "nobody is named, one recipient",
    sends: [{ name: "a" }],
    report: { message: "a", recipients: [] },
    tied: "a",
  },
  {
    what: "nobody is named, two recipients",
    sends: [{ name: "a", to: ["one@example.net", "two@example.net"] }],
    report: { message: "a", recipients: [] },
    tied: "a",
    unreached: ["somebody"],
  },
  { what: "nothing is named", sends: [{ name: "a" }], report: { recipients: [] }, tied: null },
];

/** The report as it is told. */
export function toldReport(
  { report }: TiedCase,
  idOf: (name: string) => { id: string; messageId: string },
): Undeliverable {
  const { message, send, ...more } = report;
  return {
    recipients: nobody,
    messageId: message === undefined ? null : idOf(message).messageId,
    ...(send === undefined ? {} : { sendId: idOf(send).id }),
    ...more,
  };
}
