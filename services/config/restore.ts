/** What is done with the organisation when a database is a copy, before any service works on it. */
export { forgetOrganisation } from "./settings/forget-organisation.ts";
