/**
 * Only this many characters of a reply are classified. Real servers say less; a hostile one says as much as it likes.
 */
const READ = 2048;

/**
 * The beginning of a server's words, by which they are classified: a pattern that takes quadratic time in what it reads
 * takes little where it reads little. Give the lines of a reply that has several; the joined text is never built.
 */
export function replyBeginning(words: string | readonly string[]): string {
  if (typeof words === "string") return words.length > READ ? words.slice(0, READ) : words;
  let text = "";
  for (const line of words) {
    text += text === "" ? line.slice(0, READ) : ` ${line.slice(0, READ)}`;
    if (text.length >= READ) return text.slice(0, READ);
  }
  return text;
}
