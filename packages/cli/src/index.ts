/** The `mailfleet` command, and the HTTP API client it is made of. */
export { ApiClient } from "./api-client.ts";
export { ApiError } from "./api-error.ts";
