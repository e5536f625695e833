/** What other packages take from the `mailfleet` command: the fields that people set, and the client that it is made of. */
export { ApiClient } from "@mailfleet/client";
export { settable } from "./fields/leaves.ts";
export { fieldsPage, namedFields } from "./fields/page.ts";
export { ownFields } from "./fields/vendor-fields.ts";
