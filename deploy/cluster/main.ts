/** `npm run cluster-tools`: brings what `npm run test:cluster` needs. */
import { bringComposeTools } from "./compose-tools.ts";
import { buildTools } from "./tools.ts";

const say = (text: string) => console.log(text);
bringComposeTools(say);
buildTools(say);
