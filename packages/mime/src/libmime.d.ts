/** The functions we use of libmime, which ships no types. */
declare module "libmime" {
  const libmime: {
    /** Decodes all encoded words of a header value (RFC 2047); unknown character sets are left readable. */
    decodeWords(value: string): string;
  };
  export = libmime;
}
