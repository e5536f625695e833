import { randomBytes } from "node:crypto";
import { chmod, constants, link, lstat, mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Logger } from "@mailfleet/contracts";
import type { TokenRepository } from "./store.ts";
import { hashToken, isTokenSecret, newTokenSecret } from "./token-secret.ts";

/** The id of the first token, which is made automatically. One id for all replicas, so that only one can make it. */
const firstTokenId = "tk_bootstrap";

const readToken = (file: string) =>
  readFile(file, "utf8").then(
    (text) => text.trim(),
    () => null,
  );

/** Writes the whole file or nothing, readable by its owner only. `false` if a file of this name is there already. */
async function writeNew(file: string, content: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  const handle = await open(draft, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
    await handle.close();
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** A file that others could have written is not believed: whoever planted it would be administrator. */
async function refuseForeignFile(file: string): Promise<void> {
  const { uid, mode } = await lstat(file);
  const isOurs = (mode & constants.S_IFMT) === constants.S_IFREG && uid === process.getuid?.() && (mode & 0o077) === 0;
  if (!isOurs)
    throw new Error(
      `${file} was there before the first start and can be read or written by others: remove it, and a new one is written`,
    );
}

/**
 * Sees to it that somebody can come in: as long as no administrator token exists, the one in `file` is made valid, and
 * made up before where there is none. The file comes first, the database second: after a crash in between the next
 * start finds the file and goes on. Of two replicas one wins; a file that lost is removed again.
 */
export async function ensureFirstToken(options: {
  file: string;
  tokens: TokenRepository;
  logger: Logger;
  now: () => number;
}): Promise<void> {
  const { file, tokens, logger, now } = options;
  if ((await tokens.countAdministrators()) > 0) {
    if ((await tokens.get(firstTokenId)) && (await readToken(file)) === null)
      logger.info(
        { file },
        "the first administrator token was written before and its file is gone; make another with `mailfleet tokens create`, or remove tk_bootstrap from the collection tokens and start again",
      );
    return;
  }
  const made = await writeNew(file, `${newTokenSecret()}\n`);
  if (!made) await refuseForeignFile(file);
  const secret = await readToken(file);
  if (secret === null || !isTokenSecret(secret))
    throw new Error(`${file} holds no token of the form mft_…: remove it, and a new one is written`);
  await chmod(file, 0o600);
  const hash = hashToken(secret);
  const won = await tokens.insert({
    id: firstTokenId,
    name: "first administrator",
    role: "administrator",
    hash,
    createdAt: now(),
    lastUsedAt: null,
  });
  if (won) {
    logger.info({ file }, "wrote the first administrator token");
    return;
  }
  const winner = await tokens.get(firstTokenId);
  if (made && winner?.hash !== hash) await rm(file, { force: true });
}
