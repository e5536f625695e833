/** The client of the HTTP API. */
export {
  ApiClient,
  type ApiClientOptions,
  type Following,
  type FollowQuery,
  followIfAllowed,
  isOfUnknownFate,
  isPassing,
} from "./api-client.ts";
export { ApiError, type ApiProblem, NotReachable } from "./api-error.ts";
export type * from "./operations.ts";
export type { ApiEvent } from "./read-events.ts";
export type { RequestOptions } from "./request-options.ts";
export type { Answered, Given, ItemOf, ListName, OperationName } from "./typed.ts";
