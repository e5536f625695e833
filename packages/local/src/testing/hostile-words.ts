/** What a hostile server repeats to make a pattern try again at each place: short things, and the pattern's own words. */
const always = ["a", " ", "1", "4.", "5.7.1 ", "\t", "-", "<", "[", "(", "450 ", "too many ", "in "];
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
