import { stripTypeScriptTypes } from "node:module";

/** Part of a script that V8 counted: `count` runs of the characters from `startOffset` up to `endOffset`. */
interface CountedRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** What V8 writes about one script: functions, outer before inner, and in each the ranges, outer before inner. */
export interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly CountedRange[] }[];
}

/** A line of code without its indentation. */
interface CodeLine {
  readonly start: number;
  readonly end: number;
}

/** Node warns once that stripping types is experimental. It runs this very file that way. */
function withoutTypes(source: string): string {
  const warn = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = warn;
  }
}

/** The lines that run: no blank lines, no comments, no types, no imports. Offsets are those of the source. */
export function codeLines(source: string): CodeLine[] {
  const lines: CodeLine[] = [];
  let start = 0;
  for (const line of withoutTypes(source).split("\n")) {
    const code = line.trim();
    if (/[\w(]/.test(code) && !/^(\/\/|\/?\*|import\b|export \{.*\} from|\} from )/.test(code)) {
      const at = start + line.indexOf(code);
      lines.push({ start: at, end: at + code.length });
    }
    start += line.length + 1;
  }
  return lines;
}

/** Which of the lines ran: a line did not if a range that was never run holds all of it. */
export function ranLines(lines: readonly CodeLine[], script: ScriptCoverage): boolean[] {
  const ran = lines.map(() => false);
  for (const { ranges } of script.functions)
    for (const { startOffset, endOffset, count } of ranges) {
      const first = lines.findIndex(({ start }) => start >= startOffset);
      if (first < 0) continue;
      for (let at = first; at < lines.length && lines[at]!.end <= endOffset; at += 1) ran[at] = count > 0;
    }
  return ran;
}
