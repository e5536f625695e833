import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { buildArguments, programs, writeContext } from "@mailfleet/image";
import type { ContainerEngine } from "@mailfleet/local/testing";
import { ensureImage } from "./build-image.ts";

/** The product's images as this checkout makes them, by the name of the program. */
export async function serviceImages({
  dockerHost,
  folder,
}: ContainerEngine): Promise<Readonly<Record<string, string>>> {
  const context = await mkdtemp(join(folder, "image-"));
  const names = Object.keys(programs);
  await writeContext(names, context);
  const images: Record<string, string> = {};
  for (const name of names)
    images[name] = await ensureImage(dockerHost, {
      name: `mailfleet-test-${name}`,
      folder: context,
      parts: ["Dockerfile", "system", `app/${name}`],
      args: buildArguments(name, "test", "test"),
    });
  await rm(context, { recursive: true });
  return images;
}
