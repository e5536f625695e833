const unreadable: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "you may not read it",
};

/** Why a file could not be read, in words. */
export function unreadBecause(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return unreadable[code ?? ""] ?? message ?? String(error);
}
