import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { build, goModule } from "./go-module.ts";

const versions = {
  compose: "2.40.3",
  /** The repository's tags are no versions for Go: a commit after 100.14. */
  mongoTools: "0.0.0-20260702221138-e4f25276abe9",
  mongosh: "2.12.0",
} as const;

/** Outside the checkout, because the plugin takes minutes to build. */
const folder = join(homedir(), ".cache/mailfleet/compose");
const engine = join(folder, "engine");
const client = join(folder, `client-${versions.compose}`);
const plugin = join(client, "cli-plugins/docker-compose");
const tools = join(folder, `mongo-tools-${versions.mongoTools}`);
const shell = join(folder, `mongosh-${versions.mongosh}`);
const programs = ["mongodump", "mongorestore"] as const;

/** Docker with its plugin `compose`, and what the image of MongoDB holds besides the server. */
export interface ComposeTools {
  /** With `dockerd`, `containerd` and `docker` first. */
  readonly searchPath: string;
  readonly proxy: string;
  /** For `DOCKER_CONFIG`: the plugin is in it. */
  readonly clientFolder: string;
  /** Paths of `mongodump` and `mongorestore`. */
  readonly mongoTools: readonly string[];
  /** A folder with `node_modules`, where mongosh is. */
  readonly mongosh: string;
}

const needed = [join(engine, "usr/sbin/dockerd"), plugin, ...programs.map((name) => join(tools, name)), shell];

/** `undefined` where something was not brought yet. */
export const composeTools: ComposeTools | undefined = needed.every(existsSync)
  ? {
      searchPath: [join(engine, "usr/bin"), join(engine, "usr/sbin"), process.env.PATH].join(delimiter),
      proxy: join(engine, "usr/sbin/docker-proxy"),
      clientFolder: client,
      mongoTools: programs.map((name) => join(tools, name)),
      mongosh: shell,
    }
  : undefined;

/**
 * Brings what is missing: Docker out of Debian's packages, its plugin and MongoDB's tools from the Go module proxy, mongosh
 * from npm. Nothing is installed or started.
 */
export function bringComposeTools(say: (text: string) => void): void {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(engine)) {
    say("taking Docker out of Debian's packages …");
    whole(engine, (unpacked) => {
      run(unpacked, "apt-get", "download", "docker.io", "containerd");
      for (const name of readdirSync(unpacked).filter((one) => one.endsWith(".deb"))) {
        run(unpacked, "dpkg", "-x", name, ".");
        rmSync(join(unpacked, name));
      }
    });
  }
  if (!existsSync(shell)) {
    say(`installing mongosh ${versions.mongosh} …`);
    const flags = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--no-save", "--prefix", "."];
    whole(shell, (unpacked) => run(unpacked, "npm", "install", ...flags, `mongosh@${versions.mongosh}`));
  }
  const mongo = "github.com/mongodb/mongo-tools";
  if (!programs.every((name) => existsSync(join(tools, name)))) {
    say("building mongodump and mongorestore …");
    const at = moduleFor(
      join(tools, "sources"),
      `${mongo} v${versions.mongoTools}`,
      programs.map((name) => `${mongo}/${name}/main`),
    );
    for (const name of programs) build(at, `${mongo}/${name}/main`, join(tools, name));
  }
  const compose = "github.com/docker/compose/v2";
  if (!existsSync(plugin)) {
    say(`building docker compose ${versions.compose}, ten minutes or more …`);
    const at = moduleFor(join(client, "sources"), `${compose} v${versions.compose}`, [
      `${compose}/cmd/compose`,
      `${compose}/cmd/cmdtrace`,
    ]);
    mkdirSync(join(plugin, ".."), { recursive: true });
    build(at, `${compose}/cmd`, plugin, [`-X ${compose}/internal.Version=v${versions.compose}`]);
  }
  say("Docker, docker compose, mongosh, mongodump and mongorestore are there.");
}

/** A module that needs these packages: Go then knows all that they need. */
function moduleFor(at: string, requirement: string, packages: readonly string[]): string {
  const imports = packages.map((name) => `\t_ "${name}"\n`).join("");
  return goModule(at, `require ${requirement}\n`, { "tools.go": `package tools\n\nimport (\n${imports})\n` });
}

/** Fills a folder that is there only when everything is in it. */
function whole(at: string, fill: (unpacked: string) => void): void {
  const unpacked = `${at}.new`;
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  fill(unpacked);
  renameSync(unpacked, at);
}

function run(cwd: string, program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
}
