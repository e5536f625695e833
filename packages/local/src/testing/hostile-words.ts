import { setFlagsFromString, stopCoverage, takeCoverage } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a hostile server repeats to make a pattern try again at each place: short things, and the pattern's own words. */
const always = ["a", " ", "1", "4.", "5.7.1 ", "\t", "-", "<", "[", "(", "450 ", "too many ", "in "];
/** A time in milliseconds that needs no second try. */
const ENOUGH = 5;
const BYTES = 1024 * 1024;

/** Replies of 1 MB, each a beginning that these patterns look for, over and over, and never what has to follow it. */
export function* hostileWords(patterns: readonly RegExp[]): Generator<string> {
  const words = new Set(always);
  for (const { source } of patterns)
    for (const piece of source.split(/[|()]/)) {
      const plain = piece.replace(/\\d|\[[^\]]*\]/g, "4").replace(/\\[bDSs]|[\\^$?*+]|\{[^}]*\}/g, "");
      if (plain === "") continue;
      words.add(plain);
      words.add(`${plain} `);
    }
  for (const word of words) yield word.repeat(Math.ceil(BYTES / word.length));
}

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
