/** The `mailfleet` command, and the HTTP API client it is made of. */
export { ApiClient } from "./api-client.ts";
export { ApiError } from "./api-error.ts";
export { settable } from "./fields/leaves.ts";
export { fieldsPage, namedFields } from "./fields/page.ts";
export { ownFields } from "./fields/vendor-fields.ts";
