/** What is done with sends when a database was restored, before any service works on it. */
export { holdUnfinished } from "./send/hold-unfinished.ts";
