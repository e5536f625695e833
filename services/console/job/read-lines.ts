import { TextDecoder } from "node:util";
import { ProblemError } from "@mailfleet/contracts";

/** Bounds of a CSV: whoever sends more is told at once, and nothing is kept of it. */
export const csvLimits = { bytes: 10 * 1024 * 1024, lines: 10_000, lineCharacters: 10_000 } as const;

/** A line of a file, numbered from 1. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

const asUtf8 = "In Excel, save the file as “CSV UTF-8”.";
const refused = (detail: string, remedy: string) => new ProblemError("INVALID", detail, { remedy });

/** UTF-16 begins with a mark, as Excel's “Unicode text” does; everything else has to be UTF-8. */
function encodingOf(start: Uint8Array): string {
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  return start[0] === 0xfe && start[1] === 0xff ? "utf-16be" : "utf-8";
}

/**
 * The lines of a text that comes in pieces, ended by CRLF, LF or CR; one at a time is held. A byte order mark is taken off. @throws
 * ProblemError INVALID for what is no text, TOO_LARGE
 */
export async function* readLines(body: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let decoder: TextDecoder | undefined;
  let held = Buffer.alloc(0);
  let bytes = 0;
  let number = 0;
  let rest = "";
  const decode = (chunk: Uint8Array, stream: boolean): string => {
    try {
      decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
      return decoder.decode(chunk, { stream });
    } catch {
      throw refused(`The text behind line ${number} is not UTF-8.`, asUtf8);
    }
  };
  const numbered = (text: string): Line => {
    number += 1;
    if (text.includes("\0")) throw refused(`Line ${number} holds a NUL character: this is no text in UTF-8.`, asUtf8);
    return { number, text };
  };
  const refuseLong = (text: string) => {
    if (text.length > csvLimits.lineCharacters)
      throw refused(
        `Line ${number + 1} is longer than ${csvLimits.lineCharacters} characters.`,
        "Look whether its line ends were lost.",
      );
  };
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > csvLimits.bytes)
      throw new ProblemError("TOO_LARGE", `A CSV may have at most ${csvLimits.bytes} bytes.`, { remedy: "Divide it." });
    held = Buffer.concat([held, chunk]);
    // The first two bytes say how the text is encoded.
    if (!decoder && held.length < 2) continue;
    rest += decode(held, true);
    held = Buffer.alloc(0);
    // A CR at the end may be half of a CRLF.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const text of lines) {
      refuseLong(text);
      yield numbered(text);
    }
    refuseLong(rest);
  }
  rest += decode(held, false);
  const last = rest.split(/\r\n|\n|\r/);
  if (last.at(-1) === "") last.pop();
  for (const text of last) yield numbered(text);
}
