import { execFileSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { tempDir } from "./start-engines.ts";

/** A disk of its own, in memory, that a test fills. */
export interface SmallDisk {
  readonly path: string;
  /** So many bytes are left on it. */
  leave(bytes: number): void;
  /** There is room again. */
  grow(): void;
  remove(): Promise<void>;
}

const roomy = 4 * 2 ** 30;

/** Mounts one. A string says why it cannot: it takes root, and a kernel that lets it mount. */
export async function mountSmallDisk(): Promise<SmallDisk | string> {
  const { path, remove } = await tempDir("disk");
  const mount = (how: string) => execFileSync("mount", ["-t", "tmpfs", "-o", how, "tmpfs", path], { stdio: "pipe" });
  try {
    mount(`size=${roomy}`);
  } catch (error) {
    await remove();
    return `a disk cannot be mounted: ${(error as Error).message.trim().split("\n").at(-1)}`;
  }
  return {
    path,
    leave(bytes) {
      const { blocks, bfree, bsize } = statfsSync(path);
      mount(`remount,size=${(blocks - bfree) * bsize + bytes}`);
    },
    grow: () => void mount(`remount,size=${roomy}`),
    async remove() {
      execFileSync("umount", ["--lazy", path]);
      await remove();
    },
  };
}
