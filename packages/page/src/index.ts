/** Builds the administrator's page, as files that a browser loads. */
export { buildPage } from "./build-page.ts";
