import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const GUARDIAN = fileURLToPath(new URL("./guardian.sh", import.meta.url));

/** Lines of output kept for the message of a failed start. */
const LINES_KEPT = 200;

export interface GuardedProgramOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A folder that the guardian removes when this process dies without stopping the program. */
  readonly removeWhenOrphaned?: string;
  /** Seconds between TERM and KILL; 5 by default. */
  readonly graceSeconds?: number;
  /** True: this process stays alive as long as the program does. */
  readonly keepsAlive?: boolean;
  /** Sees each line of standard output and standard error. */
  readonly onLine?: (line: string) => void;
}

/** A foreign program under a guardian that outlives this process just long enough to end it. */
export interface GuardedProgram {
  /** Process id of the program itself, not of its guardian. */
  readonly pid: number;
  /** The last lines it wrote, oldest first. */
  readonly lines: readonly string[];
  /** Resolves with the exit code (128 + signal number when a signal ended it). */
  readonly ended: Promise<number>;
  /** SIGKILL; resolves when the program has gone. */
  kill(): Promise<void>;
  /** TERM, after the grace KILL; resolves when the program has gone. */
  stop(): Promise<void>;
}

/**
 * Starts a program that ends with this process, however this process ends: the guardian holds the other end of a pipe.
 * The guardian has its own session, so that Ctrl-C reaches only the processes that know in which order to stop.
 * By default it does not keep this process alive.
 */
export async function startGuarded(
  program: string,
  args: readonly string[],
  options: GuardedProgramOptions = {},
): Promise<GuardedProgram> {
  const guardian = spawn("/bin/sh", [GUARDIAN, program, ...args], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    cwd: options.cwd,
    env: {
      ...process.env,
      ...options.env,
      ...(options.graceSeconds !== undefined && {
        MAILFLEET_GUARD_GRACE: String(Math.ceil(options.graceSeconds * 10)),
      }),
      ...(options.removeWhenOrphaned && { MAILFLEET_GUARD_REMOVE: options.removeWhenOrphaned }),
    },
  });
  guardian.stdin.on("error", () => {}); // the guardian has gone: nothing left to tell it
  const ended = once(guardian, "close").then(([code]) => (code as number | null) ?? 137);

  const lines: string[] = [];
  for (const stream of [guardian.stdout, guardian.stderr]) {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
      lines.push(line);
      if (lines.length > LINES_KEPT) lines.shift();
      options.onLine?.(line);
    });
  }

  const told = guardian.stdio[3] as Readable;
  const [first] = (await Promise.race([once(told, "data"), ended.then(() => [])])) as [Buffer?];
  const pid = Number(first?.toString() ?? Number.NaN);
  if (!Number.isInteger(pid)) throw new Error(`${program} did not start:\n${lines.join("\n")}`);

  const handles = [guardian, guardian.stdin, guardian.stdout, guardian.stderr, told] as unknown as {
    ref?(): void;
    unref?(): void;
  }[];
  if (!options.keepsAlive) for (const handle of handles) handle.unref?.();
  const untilGone = async () => {
    for (const handle of handles) handle.ref?.();
    await ended;
  };
  return {
    pid,
    lines,
    ended,
    kill: () => {
      guardian.stdin.write("KILL\n");
      return untilGone();
    },
    stop: () => {
      guardian.stdin.write("STOP\n");
      return untilGone();
    },
  };
}
