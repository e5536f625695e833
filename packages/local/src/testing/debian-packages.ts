import { execFile } from "node:child_process";
import { access, chmod, constants, readFile, rm, stat, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a package is for: servers of the mail suites, the browser of the pages, containers, the benchmarks' peers. */
type Use = "mail" | "pages" | "containers" | "benchmarks";

/** What the suites need from Debian: each package with its use and a file that shows it is there. */
const PACKAGES: Readonly<Record<string, { readonly use: Use; readonly file: string }>> = {
  "dovecot-imapd": { use: "mail", file: "/usr/lib/dovecot/imap" },
  "dovecot-pop3d": { use: "mail", file: "/usr/lib/dovecot/pop3" },
  "dovecot-lmtpd": { use: "mail", file: "/usr/lib/dovecot/lmtp" },
  postfix: { use: "mail", file: "/usr/lib/postfix/sbin/master" },
  chromium: { use: "pages", file: "/usr/bin/chromium" },
  podman: { use: "containers", file: "/usr/bin/podman" },
  runc: { use: "containers", file: "/usr/sbin/runc" },
  netavark: { use: "containers", file: "/usr/lib/podman/netavark" },
  "aardvark-dns": { use: "containers", file: "/usr/lib/podman/aardvark-dns" },
  iptables: { use: "containers", file: "/usr/sbin/iptables" },
  isync: { use: "benchmarks", file: "/usr/bin/mbsync" },
  mpop: { use: "benchmarks", file: "/usr/bin/mpop" },
};

const POLICY = "/usr/sbin/policy-rc.d";

/** Names of the packages of this use, or of any, that are not installed. */
export async function missingPackages(only?: Use): Promise<string[]> {
  const missing: string[] = [];
  for (const [name, { use, file }] of Object.entries(PACKAGES)) {
    if (only !== undefined && use !== only) continue;
    const present = await access(file, constants.F_OK).then(
      () => true,
      () => false,
    );
    if (!present) missing.push(name);
  }
  return missing;
}

/** The command that a person types to get these packages. */
export function installCommand(packages: readonly string[]): string {
  return `apt-get update && apt-get install -y ${packages.join(" ")}`;
}

/** Installs what is missing (nothing: returns at once), and says what could not be. Needs root and apt-get. */
export async function installMissingPackages(say: (line: string) => void): Promise<void> {
  const containers = await missingPackages("containers");
  const others = (await missingPackages()).filter((name) => !containers.includes(name));
  // Where containers cannot be had, the rest still can.
  for (const packages of [others, containers]) {
    if (packages.length === 0) continue;
    say(`installing Debian packages: ${packages.join(" ")}`);
    await install(packages).catch((error: Error) => say(error.message));
  }
}

/** No daemon is started: `policy-rc.d` answers 101 meanwhile and what was there before comes back. Throws with apt-get's words. */
async function install(packages: readonly string[]): Promise<void> {
  const before = await readFile(POLICY).catch(() => null);
  const mode = before ? (await stat(POLICY)).mode : 0;
  await writeFile(POLICY, "#!/bin/sh\nexit 101\n");
  await chmod(POLICY, 0o755);
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    timeout: 600_000,
    maxBuffer: 64 * 1024 * 1024,
  };
  try {
    await run("apt-get", ["update", "-qq"], options);
    // Debian's own main.cf is not wanted: the suites bring theirs.
    await run(
      "sh",
      ["-c", "echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections"],
      options,
    );
    await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const reason = (stderr ?? "").trim().split("\n").slice(-3).join("; ") || message;
    throw new Error(`apt-get failed: ${reason}`, { cause: error });
  } finally {
    if (before) {
      await writeFile(POLICY, before);
      await chmod(POLICY, mode & 0o7777);
    } else await rm(POLICY, { force: true });
  }
}
