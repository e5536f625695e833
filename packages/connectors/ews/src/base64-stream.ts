/** Decodes base64 as it comes, in pieces of any length, with line ends in between (RFC 2045 §6.8). */
export function base64Stream() {
  let rest = "";
  return {
    /** What these letters add. */
    write(text: string): Buffer {
      const letters = rest + (/[^A-Za-z0-9+/=]/.test(text) ? text.replace(/[^A-Za-z0-9+/=]+/g, "") : text);
      const whole = letters.length - (letters.length % 4);
      rest = letters.slice(whole);
      return Buffer.from(letters.slice(0, whole), "base64");
    },
    /** What was left over. */
    end: (): Buffer => Buffer.from(rest, "base64"),
  };
}
