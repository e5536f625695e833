/** What container images are built from. */
export { bundle } from "./bundle.ts";
export { buildArguments, writeContext } from "./context.ts";
export { programs } from "./programs.ts";
export { writeProgramFolder } from "./system-folder.ts";
