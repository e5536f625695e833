import { startGuarded } from "@mailfleet/local/testing";

const VARIABLE = "MAILFLEET_TEST_OWN_NETWORK";

/** Whether this process has a network of its own, where any port is free and what it changes goes with it. */
export const hasOwnNetwork: boolean = process.env[VARIABLE] === "true";

/**
 * Runs a test file again where it has a network, mounts and process numbers of its own: all that it starts, e.g. a server of
 * containers, ends with it, and its rules for packets are nobody else's. Root only. Throws with its last words.
 */
export async function inOwnNetwork(file: string): Promise<void> {
  const own = ["--net", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child"];
  // The shell stays: it is the first process there, and the children of those that died become its own.
  const script = 'ip link set lo up && "$@"; exit $?';
  const program = await startGuarded(
    "unshare",
    [...own, "/bin/sh", "-c", script, "sh", process.execPath, "--test-reporter", "spec", file],
    {
      env: { [VARIABLE]: "true", NODE_TEST_CONTEXT: "" },
      keepsAlive: true,
      onLine: (line) => console.log(line),
    },
  );
  const code = await program.ended;
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${program.lines.slice(-60).join("\n")}`);
}
