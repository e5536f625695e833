/** The `mailfleet` command, and the HTTP API client it is made of. */
export {
  ApiClient,
  type ApiClientOptions,
  type Following,
  type FollowQuery,
  type RequestOptions,
} from "./api-client.ts";
export { ApiError, NotReachable } from "./api-error.ts";
export { exitCodes } from "./exit-codes.ts";
export { stepLine } from "./mailbox/words.ts";
export { main } from "./main.ts";
export type { ApiEvent } from "./read-events.ts";
export type { Shown, ShownDirection, ShownMailbox } from "./shown.ts";
export { type Column, facts, printable, table, time } from "./table.ts";
export type { Terminal } from "./terminal.ts";
