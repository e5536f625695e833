/**
 * The message as this reading writes it: Exchange makes MIME of what it stored, and makes it anew each time, with other
 * boundaries and a header of its own. Text and files stay the same.
 */
export function varied(raw: Buffer, reading: number): Buffer {
  let text = raw.toString("latin1");
  const boundaries = new Set([...text.matchAll(/boundary="?([^";\r\n]{1,70})"?/gi)].map(([, name = ""]) => name));
  for (const [index, name] of [...boundaries].entries()) text = text.replaceAll(name, `_00${index}_double${reading}_`);
  return Buffer.from(`X-MS-Exchange-Organization-Reading: ${reading}\r\n${text}`, "latin1");
}
