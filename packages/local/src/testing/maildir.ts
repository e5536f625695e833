import { chown, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The user that owns mail in the throw-away Dovecot: nobody. */
export const MAIL_UID = 65534;

/** How many files are written at a time. */
const PARALLEL = 64;

let dropped = 0;

/**
 * Puts messages straight into a Maildir, in this order, without any server: 5,000 take about a second. `make` gives the
 * bytes of message `index`. Dovecot finds them at its next look.
 */
export async function dropIntoMaildir(
  maildir: string,
  count: number,
  make: (index: number) => Buffer | string,
): Promise<void> {
  for (const name of ["tmp", "new", "cur"]) await mkdir(join(maildir, name), { recursive: true });
  for (const folder of [maildir, ...["tmp", "new", "cur"].map((name) => join(maildir, name))])
    await chown(folder, MAIL_UID, MAIL_UID);
  const second = Math.floor(Date.now() / 1000);
  for (let from = 0; from < count; from += PARALLEL) {
    const batch = Array.from({ length: Math.min(PARALLEL, count - from) }, (_, at) => from + at);
    await Promise.all(
      batch.map(async (index) => {
        dropped += 1;
        // Dovecot numbers new messages in the order of their names.
        const serial = String(dropped).padStart(9, "0");
        const name = `${second}.M${serial}P${process.pid}.mailfleet`;
        const written = join(maildir, "tmp", name);
        await writeFile(written, make(index));
        await chown(written, MAIL_UID, MAIL_UID);
        // Complete before Dovecot sees it: a server that is polled meanwhile moves what it finds in `new` at once.
        await rename(written, join(maildir, "new", name));
      }),
    );
  }
}

/** The messages of a Maildir on disk, oldest first; empty if it does not exist yet. */
export async function listMaildir(maildir: string): Promise<Buffer[]> {
  const files: { name: string; path: string }[] = [];
  for (const part of ["cur", "new"]) {
    const folder = join(maildir, part);
    for (const name of await readdir(folder).catch(() => [])) files.push({ name, path: join(folder, name) });
  }
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return Promise.all(files.map(({ path }) => readFile(path)));
}
