/** One thing that the demo claimed, and whether it was so. */
export interface Claim {
  readonly text: string;
  readonly held: boolean;
}

/** Tells the story on the terminal and remembers what was claimed, so that the end can be judged. */
export interface Narrator {
  /** A new part of the story. */
  chapter(title: string): void;
  /** What is being done, in one line. */
  say(line: string): void;
  /** A detail under the last line, e.g. one step of a test. */
  detail(line: string): void;
  /** Says that something is so; `false` makes the demo fail at its end. */
  claim(held: boolean, text: string): void;
  readonly claims: readonly Claim[];
}

const paint = (code: number, text: string, colours: boolean) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

/** A narrator that writes to this stream; colours only where a person watches. */
export function narratorTo(out: { write(text: string): unknown; isTTY?: boolean }): Narrator {
  const colours = out.isTTY === true;
  const claims: Claim[] = [];
  let chapters = 0;
  return {
    chapter: (title) => {
      chapters += 1;
      out.write(`\n${paint(1, `${chapters}. ${title}`, colours)}\n`);
    },
    say: (line) => void out.write(`   ${line}\n`),
    detail: (line) => void out.write(paint(2, `      ${line}\n`, colours)),
    claim: (held, text) => {
      claims.push({ held, text });
      out.write(`   ${held ? paint(32, "✔", colours) : paint(31, "✘", colours)} ${text}\n`);
    },
    claims,
  };
}
