import type { FastifyReply, FastifyRequest } from "fastify";
import type { ConsolePorts } from "../ports.ts";
import { cookieNames, cookieOf, setCookie } from "./cookies.ts";

const plain = ["signed-in", "saved", "unchanged", "disabled", "code-sent", "approved"] as const;

/** What the owner's page says once, after a redirect. */
export type Notice =
  | { readonly about: (typeof plain)[number] }
  /** A test was asked for; `after`: when the newest test before it ended, in milliseconds since the epoch, or 0. */
  | { readonly about: "testing"; readonly after: number };

/** As long as a test may take before people are told to come back later. */
const testSeconds = 180;
const otherSeconds = 60;

/** Leaves word for the next page. It is a cookie, so that a reload does not say it again and no address carries it. */
export function leaveNotice(reply: FastifyReply, ports: Pick<ConsolePorts, "consoleUrl">, notice: Notice): void {
  const value = notice.about === "testing" ? `testing-${notice.after}` : notice.about;
  setCookie(reply, ports, cookieNames.notice, value, notice.about === "testing" ? testSeconds : otherSeconds);
}

/** The word that was left, if there is one. It stays until `dropNotice`. */
export function noticeOf(request: FastifyRequest, ports: Pick<ConsolePorts, "consoleUrl">): Notice | null {
  const value = cookieOf(request, ports, cookieNames.notice);
  const after = /^testing-(\d{1,15})$/.exec(value ?? "")?.[1];
  if (after !== undefined) return { about: "testing", after: Number(after) };
  const about = plain.find((one) => one === value);
  return about === undefined ? null : { about };
}

/** Takes the word away. */
export function dropNotice(reply: FastifyReply, ports: Pick<ConsolePorts, "consoleUrl">): void {
  setCookie(reply, ports, cookieNames.notice, "", 0);
}
