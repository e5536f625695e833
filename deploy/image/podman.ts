import { access, constants } from "node:fs/promises";

/** How to call podman. */
export interface Podman {
  /** The program with the options that come before its command. */
  readonly command: readonly [string, ...string[]];
  /** Further options of `run`. */
  readonly run: readonly string[];
}

/**
 * Containers as root with a storage of their own below the folder, so that nothing mixes with others of this machine.
 * runc is for machines that have both versions of control groups; podman asks for more open files than some hosts allow.
 */
export function podman(folder: string): Podman {
  const places = ["--root", `${folder}/storage`, "--runroot", `${folder}/run`, "--storage-driver", "overlay"];
  return {
    command: ["podman", ...places, "--cgroup-manager", "cgroupfs", "--runtime", "runc"],
    run: ["--pull", "never", "--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"],
  };
}

const packages: Readonly<Record<string, string>> = {
  podman: "/usr/bin/podman",
  buildah: "/usr/bin/buildah",
  crun: "/usr/bin/crun",
  runc: "/usr/sbin/runc",
  netavark: "/usr/lib/podman/netavark",
  "aardvark-dns": "/usr/lib/podman/aardvark-dns",
  iptables: "/usr/sbin/iptables",
};

/** Why podman cannot be used here, with the command that helps; false if it can. */
export async function podmanMissing(): Promise<string | false> {
  if (process.getuid?.() !== 0) return "containers are started as root only";
  const missing: string[] = [];
  for (const [name, file] of Object.entries(packages))
    await access(file, constants.X_OK).catch(() => missing.push(name));
  if (missing.length === 0) return false;
  return `podman is not there: apt-get install -y --no-install-recommends ${missing.join(" ")}`;
}
