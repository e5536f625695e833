import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installCommand, missingPackages } from "@mailfleet/local/testing";

/** How to call podman. */
export interface Podman {
  /** The program with the options that come before its command. */
  readonly command: readonly [string, ...string[]];
  /** Further options of `run`. */
  readonly run: readonly string[];
}

/** What podman keeps while it runs. It takes no path of more than 50 characters, and a home may be long. */
export const podmanRun = (folder: string) =>
  join(tmpdir(), `mailfleet-${createHash("sha256").update(folder).digest("hex").slice(0, 12)}`);

/**
 * Containers as root with a storage of their own below the folder, so that nothing mixes with others of this machine.
 * runc is for machines that have both versions of control groups; podman asks for more open files than some hosts allow.
 */
export function podman(folder: string, driver = "overlay"): Podman {
  const places = ["--root", `${folder}/storage`, "--runroot", podmanRun(folder), "--storage-driver", driver];
  return {
    command: ["podman", ...places, "--cgroup-manager", "cgroupfs", "--runtime", "runc"],
    run: ["--pull", "never", "--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"],
  };
}

/**
 * The file for `CONTAINERS_CONF`: podman then reads nothing else, so what the machine has configured for others does not
 * matter. Networks that podman makes are described in the folder `networks`, if one is named.
 */
export const podmanConfiguration = (networks?: string): string => `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
log_driver = "k8s-file"

[engine]
events_logger = "file"

[network]
network_backend = "netavark"
${networks ? `network_config_dir = "${networks}"\n` : ""}`;

/** Why containers cannot be started by others. */
export const rootOnly = "containers are started as root only: their files belong to a user of their own";

/** Why podman cannot be used here, with the command that helps; false if it can. */
export async function podmanMissing(): Promise<string | false> {
  if (process.getuid?.() !== 0) return rootOnly;
  const missing = await missingPackages("containers");
  return missing.length > 0 && `podman is not there: ${installCommand(missing)}`;
}
