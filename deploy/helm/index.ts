/** The chart's tools. */
export { helm } from "./tools.ts";
