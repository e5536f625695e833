import { countOfSet } from "./uid-set.ts";

/** What a server said with QRESYNC (RFC 7162 §3.2.5.2) of an inbox that it opened. */
export interface Changes {
  /** The highest UID of the messages that came or changed; 0: there are none. */
  readonly highest: number;
  /** How many messages went. A server may also name some that went long before (§5.1). */
  readonly vanished: number;
}

/** So many lines are read; whoever sets more flags between two polls costs a look at everything. */
const mostLines = 10_000;

/** Adds up the untagged lines of one answer. `null`: nothing was said, or something that cannot be counted. */
export function countChanges() {
  let lines = 0;
  let highest = 0;
  let vanished = 0;
  let isClear = true;
  return {
    hear(line: string): void {
      const isFetch = /^\* \d{1,10} FETCH /i.test(line);
      if (!isFetch && !/^\* VANISHED/i.test(line)) return;
      lines += 1;
      if (!isClear || lines > mostLines) {
        isClear = false;
      } else if (isFetch) {
        const uid = Number(/[( ]UID (\d{1,10})[ )]/i.exec(line)?.[1] ?? Number.NaN);
        if (Number.isNaN(uid)) isClear = false;
        else highest = Math.max(highest, uid);
      } else {
        const count = countOfSet(/^\* VANISHED \(EARLIER\) ([\d:,]+)$/i.exec(line)?.[1] ?? "");
        if (count === null) isClear = false;
        else vanished += count;
      }
    },
    sum: (): Changes | null => (lines > 0 && isClear ? { highest, vanished } : null),
  };
}
