/** `npm run promtool`: brings what the tests of the rules need. */
import { bringPromtool } from "./promtool.ts";

bringPromtool((text) => console.log(text));
