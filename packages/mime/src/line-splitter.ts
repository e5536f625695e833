const CR = 13;
const LF = 10;

/** So many CRs before an LF are one line end: programs that made CRLF of CRLF. */
const MOST_CRS = 4;

/** Takes lines: `end` is the line end as it was, or `null` if more of the line follows. */
export type TakeLine = (bytes: Buffer, end: string | null, continued: boolean) => void;

/**
 * Splits pieces that end anywhere into lines. CRLF, LF, CR alone and CR CR LF end a line: whatever a server takes for a line
 * end must be one here. A line longer than `longest` comes in several parts, so memory is bounded.
 */
export class LineSplitter {
  readonly #take: TakeLine;
  readonly #longest: number;
  #rest: Buffer = Buffer.alloc(0);
  #continued = false;

  constructor(take: TakeLine, longest = 2048) {
    this.#take = take;
    this.#longest = longest;
  }

  /** Nothing of a line is held. */
  get isAtLineStart(): boolean {
    return this.#rest.length === 0 && !this.#continued;
  }

  push(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    let at = 0;
    let cr = -2;
    for (;;) {
      const lf = data.indexOf(LF, at);
      // Looked for again only when it was passed: without a CR it would be looked for in vain at each line.
      if (cr !== -1 && cr < at) cr = data.indexOf(CR, at);
      const end = cr >= 0 && (lf < 0 || cr < lf) ? cr : lf;
      if (end < 0) break;
      let behind = end;
      while (data[behind] === CR && behind < end + MOST_CRS) behind += 1;
      // A CR at the very end may be half of a CRLF.
      if (behind === data.length && behind < end + MOST_CRS) break;
      if (data[behind] === LF) this.#emit(data.subarray(at, end), data.toString("latin1", end, ++behind));
      else {
        behind = end + 1;
        this.#emit(data.subarray(at, end), "\r");
      }
      at = behind;
    }
    const left = data.subarray(at);
    const open = left.indexOf(CR) < 0 ? left.length : left.indexOf(CR);
    if (open > this.#longest) {
      this.#emit(left.subarray(0, open), null);
      this.#rest = Buffer.from(left.subarray(open));
    } else this.#rest = Buffer.from(left);
  }

  /** What is left is a line without an end. */
  end(): void {
    const last = this.#rest;
    this.#rest = Buffer.alloc(0);
    const cr = last.indexOf(CR);
    if (cr >= 0) this.#emit(last.subarray(0, cr), last.toString("latin1", cr));
    else if (last.length > 0 || this.#continued) this.#emit(last, "");
  }

  #emit(bytes: Buffer, end: string | null): void {
    this.#take(bytes, end, this.#continued);
    this.#continued = end === null;
  }
}
