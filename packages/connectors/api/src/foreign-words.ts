const SHOWN = 200;

/**
 * What something says that does not speak the protocol, made fit for evidence. The greeting of a NATS server is named and
 * not shown: it tells names, versions and addresses of the inside.
 */
export function foreignWords(text: string): string {
  if (/^INFO \{/.test(text)) return "INFO {…}: a NATS server";
  return text
    .slice(0, SHOWN)
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim();
}
