import { execFile } from "node:child_process";
import { chmod, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeProgramFolder } from "@mailfleet/image";
import { findEngine, MONGO_PROGRAM, NATS_PROGRAM } from "@mailfleet/local/testing";
import type { ComposeTools } from "../compose-tools.ts";

const run = promisify(execFile);

/** Images of NATS and MongoDB with what `compose.yaml` calls in those of the makers; the names of the variables are its. */
export async function buildEngineImages(
  { mongosh, mongoTools }: ComposeTools,
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<{ NATS_IMAGE: string; MONGO_IMAGE: string }> {
  const executable = async (program: typeof NATS_PROGRAM) => (await findEngine(program)).executable;
  const nats = join(folder, "nats");
  await programs(nats, { "nats-server": await executable(NATS_PROGRAM), wget: "/usr/bin/wget" });
  // The maker's image puts the program before arguments, too.
  const natsLines = ['ENTRYPOINT ["/bin/nats-server"]'];

  const mongo = join(folder, "mongo");
  const [dump, restore] = mongoTools as [string, string];
  const all = {
    mongod: await executable(MONGO_PROGRAM),
    node: process.execPath,
    mongodump: dump,
    mongorestore: restore,
  };
  await programs(mongo, all);
  await cp(join(mongosh, "node_modules"), join(mongo, "mongosh/node_modules"), { recursive: true });
  const shell = '#!/bin/node\nimport("/mongosh/node_modules/@mongosh/cli-repl/bin/mongosh.js");\n';
  await writeFile(join(mongo, "bin/mongosh"), shell, { mode: 0o755 });

  // A container that is started again gets the mode that the image has here, not that of an empty file system.
  await mkdir(join(mongo, "tmp"));
  await chmod(join(mongo, "tmp"), 0o1777);

  return {
    NATS_IMAGE: await image("nats", nats, natsLines),
    MONGO_IMAGE: await image("mongo", mongo, []),
  };

  async function image(name: string, context: string, lines: readonly string[]): Promise<string> {
    const dockerfile = ["FROM scratch", "COPY . /", "ENV PATH=/bin", ...lines];
    await writeFile(join(context, "Dockerfile"), `${dockerfile.join("\n")}\n`);
    const tag = `mailfleet-test-${name}:compose`;
    await run("docker", ["build", "--quiet", "--tag", tag, context], { env });
    await rm(context, { recursive: true });
    return tag;
  }
}

/** The programs below `bin`, with the libraries of each. */
async function programs(folder: string, paths: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(folder, "bin"), { recursive: true });
  for (const [name, path] of Object.entries(paths)) {
    const one = `${folder}-${name}`;
    await writeProgramFolder(one, path, `bin/${name}`);
    await cp(one, folder, { recursive: true });
    await rm(one, { recursive: true });
  }
}
