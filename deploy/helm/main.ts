/** `npm run helm-tools`: brings what the tests of the chart need. */
import { installTools } from "./tools.ts";

installTools((text) => console.log(text));
