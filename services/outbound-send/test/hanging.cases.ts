import type { Socket } from "node:net";

/** Where a conversation with a server for sending is. */
export type Stage = "greeting" | "EHLO" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "final";

/** A server that holds up whoever sends to it. */
export interface HangingCase {
  readonly what: string;
  /** It does not answer to this. */
  readonly at: Stage;
  /** What it does instead; nothing unless given. */
  readonly does?: (socket: Socket) => void;
}

/** Says this now and then, without end. */
const drips = (words: string) => (socket: Socket) => {
  const dripping = setInterval(() => socket.write(words), 500);
  socket.on("close", () => clearInterval(dripping));
};

/** Each stage of a submission at which a server may hang, or answer so slowly that it never ends. */
export const hangingCases: readonly HangingCase[] = [
  { what: "never greets", at: "greeting" },
  { what: "drips its greeting", at: "greeting", does: drips("220-wait\r\n") },
  { what: "never answers EHLO", at: "EHLO" },
  { what: "drips its answer to EHLO", at: "EHLO", does: drips("250-WAIT\r\n") },
  { what: "never answers a sign-in", at: "AUTH" },
  { what: "drips its answer to a sign-in", at: "AUTH", does: drips("235-wait\r\n") },
  { what: "never answers MAIL", at: "MAIL" },
  { what: "drips its answer to MAIL", at: "MAIL", does: drips("250-wait\r\n") },
  { what: "never answers RCPT", at: "RCPT" },
  { what: "drips its answer to RCPT", at: "RCPT", does: drips("250-wait\r\n") },
  { what: "never answers DATA", at: "DATA" },
  { what: "drips its answer to DATA", at: "DATA", does: drips("354-wait\r\n") },
  { what: "never says whether it has taken a message", at: "final" },
  { what: "drips its answer to a message", at: "final", does: drips("250-wait\r\n") },
];
