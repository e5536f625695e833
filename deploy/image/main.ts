/** `npm run image -- config scheduler …`: images of these programs, of all without a name. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildArguments, writeContext } from "./context.ts";
import { programs, root } from "./programs.ts";

const help = `npm run image -- [program…] [--engine podman] [--tag 0.1.0] [--prepare]

Programs: ${Object.keys(programs).join(", ")}; all of them without a name.
  --engine   the command that builds, with options of its own if need be; default docker if it answers, else podman
  --tag      default the version in package.json; the images are mailfleet-<program>:<tag>
  --prepare  only writes the context, below .local/image, and says how to build`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: "string" },
    tag: { type: "string" },
    prepare: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const output = (program: string, args: readonly string[]) =>
  execFileSync(program, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
const answers = (program: string) => {
  try {
    return output(program, ["version"]) !== "";
  } catch {
    return false;
  }
};

async function main(): Promise<void> {
  const names = positionals.length > 0 ? positionals : Object.keys(programs);
  const context = join(root, ".local/image");
  const bundles = await writeContext(names, context);
  const version = JSON.parse(output("npm", ["pkg", "get", "version"]));
  const revision = output("git", ["rev-parse", "HEAD"]);
  const engine = values.engine ?? ["docker", "podman"].find(answers);
  if (!engine && !values.prepare) throw new Error("neither docker nor podman answers: name one with --engine");
  const [program = "docker", ...options] = (engine ?? "docker").split(/\s+/);
  for (const name of names) {
    const image = `mailfleet-${name}:${values.tag ?? version}`;
    const args = Object.entries(buildArguments(name, version, revision)).flatMap(([key, value]) => [
      "--build-arg",
      `${key}=${value}`,
    ]);
    const command = [...options, "build", "--quiet", ...args, "--tag", image, context];
    console.log(
      `${image}: ${(bundles[name]!.bytes / 1e6).toFixed(1)} MB of code, ${bundles[name]!.packages.length} packages`,
    );
    if (values.prepare)
      console.log(`  ${[program, ...command].map((one) => (/\s/.test(one) ? `'${one}'` : one)).join(" ")}`);
    else execFileSync(program, command, { stdio: ["ignore", "ignore", "inherit"] });
  }
}

if (values.help) console.log(help);
else
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
