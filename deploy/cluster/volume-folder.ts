import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A folder of this machine that is a volume of a Pod. */
export interface VolumeFolder {
  readonly path: string;
  /** `fsGroup` of the Pod: who may read here. */
  readonly group: number;
  /** Its files by path; without them it is empty, and the group may write. */
  readonly files?: Readonly<Record<string, Buffer>>;
  /** Mode of the files. */
  readonly mode?: number;
}

/** Makes the folder as a kubelet makes a volume: it belongs to root, and the group may use it. */
export async function writeVolumeFolder({ path, group, files, mode = 0o440 }: VolumeFolder): Promise<void> {
  await mkdir(path, { recursive: true });
  await chown(path, 0, group);
  await chmod(path, files ? 0o750 : 0o2777);
  for (const [name, content] of Object.entries(files ?? {})) {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chown(file, 0, group);
    await chmod(file, mode);
  }
}
