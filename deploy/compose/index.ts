/** The secrets of an installation, as files. */
export { secretFiles } from "./secrets.ts";
