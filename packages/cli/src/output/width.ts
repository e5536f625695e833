import measure from "fast-string-truncated-width";

/** Cells that a text takes on a terminal: Chinese, Japanese and Korean characters and emoji take two. */
export const widthOf = (text: string): number => measure(text).width;

/** A text filled up with spaces. */
export const padded = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));

/** A text cut to so many cells, with an ellipsis. */
export function cut(text: string, limit: number): string {
  const { truncated, index, ellipsed } = measure(text, { limit, ellipsis: "…" });
  return truncated ? `${text.slice(0, index)}${ellipsed ? "…" : ""}` : text;
}
