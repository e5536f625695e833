import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options?: { type: "minor" }) => void;

/**
 * What is alive at this moment, in bytes: `buffers` outside of V8's heap, `all` with the heap. It collects twice: buffers
 * that the first collection found dead are counted until another thread has freed them, and the second one waits for that.
 */
export function liveBytes(): { readonly all: number; readonly buffers: number } {
  collect();
  collect({ type: "minor" });
  const { heapUsed, arrayBuffers: buffers } = process.memoryUsage();
  return { all: heapUsed + buffers, buffers };
}
