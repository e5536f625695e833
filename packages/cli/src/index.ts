/** What other packages take from the `mailfleet` command: the fields that people set. */
export { settable } from "./fields/leaves.ts";
export { fieldsPage, namedFields } from "./fields/page.ts";
export { ownFields } from "./fields/vendor-fields.ts";
