/** `npm run cluster-tools`: builds what `npm run test:cluster` needs. */
import { buildTools } from "./tools.ts";

buildTools((text) => console.log(text));
