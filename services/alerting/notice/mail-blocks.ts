/** One part of a mail: a sentence, a sentence below a heading, or names with values. Names without a value are left out. */
export type Block =
  | { readonly text: string; readonly heading?: string; readonly strong?: boolean }
  | { readonly fields: Readonly<Record<string, string | null | undefined>> };

/** The blocks as plain text, with an empty line between them. */
export function textOf(blocks: readonly Block[]): string {
  const parts = blocks.map((block) => {
    if ("text" in block) return block.heading ? `${block.heading}\n${block.text}` : block.text;
    return valuesOf(block.fields)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n");
  });
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

/**
 * As HTML. Everything is escaped, and nothing in it leads anywhere: no link, image, script, form or style sheet, so that
 * neither a server's words nor a label can do more than be read.
 */
export function htmlOf(blocks: readonly Block[], language = "en"): string {
  const parts = blocks.map((block) => {
    if ("fields" in block) return tableOf(valuesOf(block.fields));
    const text = block.strong ? `<b>${escaped(block.text)}</b>` : escaped(block.text);
    return `<p>${block.heading ? `<b>${escaped(block.heading)}</b><br>` : ""}${text}</p>`;
  });
  return [
    `<!doctype html><html lang="${escaped(language)}"><head><meta charset="utf-8"><title>Mailfleet</title></head>`,
    '<body style="font-family: sans-serif; font-size: 14px; line-height: 1.4">',
    ...parts.filter(Boolean),
    "</body></html>",
    "",
  ].join("\n");
}

function tableOf(values: readonly (readonly [string, string])[]): string {
  if (values.length === 0) return "";
  const cell = "padding: 2px 12px 2px 0; vertical-align: top";
  const rows = values.map(
    ([name, value]) =>
      `<tr><th style="${cell}; text-align: left">${escaped(name)}</th><td style="${cell}; white-space: pre-wrap">${escaped(value)}</td></tr>`,
  );
  return `<table style="border-collapse: collapse">\n${rows.join("\n")}\n</table>`;
}

function valuesOf(fields: Readonly<Record<string, string | null | undefined>>): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) => (value ? [[name, value] as [string, string]] : []));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that mean something in HTML, and control characters that mean something to a terminal or a mail client. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "").replace(/[^\P{Cc}\n\t]/gu, " ");
}
