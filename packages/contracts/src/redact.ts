/** Shorter base64 forms than this would take innocent words out as well. */
const SHORTEST_FORM = 4;

/**
 * Removes secrets from a server's words, in case it repeats them: in clear, and in base64 wherever they were in the
 * encoded text (SASL PLAIN, XOAUTH2). Cuts what is longer than `limit` characters afterwards.
 */
export function redactSecrets(text: string, secrets: Iterable<string>, limit = 500): string {
  let clean = text;
  for (const secret of secrets)
    if (secret) for (const form of [secret, ...base64Forms(secret)]) clean = clean.replaceAll(form, "[secret]");
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}

/**
 * What base64 makes of a text, without the characters that its neighbours share: three forms, by the number of bytes
 * before it, each also with the alphabet for addresses (RFC 4648 §5).
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2]
    .map((before) => {
      const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
      return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    })
    .filter((form) => form.length >= SHORTEST_FORM)
    .flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}
