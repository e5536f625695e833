/** What container images are built from. */
export { writeProgramFolder } from "./system-folder.ts";
