import { setFlagsFromString, stopCoverage, takeCoverage } from "node:v8";
import { runInNewContext } from "node:vm";

/** A time in milliseconds that needs no second try. */
const ENOUGH = 5;

/**
 * The CPU time in milliseconds that `work` takes, the best of ten tries: the machine does other things, too. From here on
 * no line of this process is counted, because code that is counted is ten times as slow; what was counted is kept.
 */
export function leastCpuMs(work: () => unknown): number {
  takeCoverage();
  stopCoverage();
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 10 && best > ENOUGH; tries += 1) {
    const begun = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(begun);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

/** The most CPU time in milliseconds that this takes for one of the replies, the best of ten tries. */
export function longestFor<Reply>(replies: Iterable<Reply>, classify: (reply: Reply) => unknown): number {
  let longest = 0;
  for (const reply of replies)
    longest = Math.max(
      longest,
      leastCpuMs(() => classify(reply)),
    );
  return longest;
}

/** How much more memory than before this holds at its worst, in bytes, until it ends. What is dead and young is not held. */
export async function memoryOf(work: () => Promise<unknown>): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options: { type: "minor" }) => void;
  const used = () => {
    collect({ type: "minor" });
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, used() - before);
  }, 5);
  try {
    await work();
  } finally {
    clearInterval(look);
  }
  return most;
}
