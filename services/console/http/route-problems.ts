import type { ProblemCode } from "@mailfleet/contracts";
import type { Route } from "./route.ts";

/** What any call may be refused with. */
export const ofAny: readonly ProblemCode[] = [
  "INVALID",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "PLAIN_HTTP",
  "TOO_MANY",
  "INTERNAL",
  "UNAVAILABLE",
];
/** What any write may: it is remembered by its key, and may lose against others. */
export const ofWrites: readonly ProblemCode[] = [
  "CONFLICT",
  "COMMAND_ID_REUSED",
  "STALE_VERSION",
  "NOT_POSSIBLE_NOW",
  "ALREADY_EXISTS",
  "TOO_LARGE",
];

/** The codes with which a call of this route may be refused: those that follow from what it is, and its own. */
export function problemsOf({ method, path, params, problems = [] }: Route): readonly ProblemCode[] {
  return [
    ...new Set([
      ...ofAny,
      ...(params || path === "/events" ? (["NOT_FOUND"] as const) : []),
      ...(method === "GET" ? [] : ofWrites),
      ...problems,
    ]),
  ];
}
