import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { keepOutput } from "../testing/kept-output.ts";
import { type LogLine, readLogLine } from "./render-log-line.ts";

/** Lines kept of each service for the message of its death. */
const LINES_KEPT = 500;
const READY_WITHIN_MS = 60_000;
const RESTART_AFTER_MS = 1000;
/** Between SIGTERM and SIGKILL: two seconds more than a service gives itself. */
const STOP_GRACE_MS = 10_000;
const DEATHS_WINDOW_MS = 60_000;

export type ServiceState = "stopped" | "starting" | "ready" | "restarting";

/** How a process ended, and how long after SIGTERM. */
export interface ProcessEnd {
  /** `null`: a signal ended it. */
  readonly code: number | null;
  readonly ms: number;
}

export interface ServiceProcessOptions {
  readonly name: string;
  readonly replica: number;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Only for the first process, not for those that replace it: fail points. */
  readonly firstEnv?: Readonly<Record<string, string>>;
  readonly restart: boolean;
  /** Deaths within a minute after which it is given up. */
  readonly deathsAllowed: number;
  readonly onLine: (line: LogLine) => void;
  readonly say: (text: string) => void;
  /** It died `deathsAllowed` times within a minute. */
  readonly onGivenUp: (reason: string) => void;
}

/** One service (one replica of it) as an operating-system process that comes back when it dies. */
export interface ServiceProcess {
  readonly name: string;
  readonly replica: number;
  /** Of the present process; undefined while there is none. */
  readonly pid: number | undefined;
  readonly state: ServiceState;
  /** Port of its health and metrics, once ready. */
  readonly httpPort: number | undefined;
  /** Its public port, if it has one (console). */
  readonly port: number | undefined;
  /** How often it has died, by a crash or by `kill`. */
  readonly deaths: number;
  /** Last lines it wrote, oldest first, as it wrote them. */
  readonly lines: readonly string[];
  /** Ends the process as a fault would: it counts as a death, and it is started again after a second. */
  kill(signal?: NodeJS.Signals): void;
  /** Fail points of the present process, `name:nth` or `name:nth:stop`, counted from now on. */
  arm(...failPoints: readonly string[]): void;
  /** Starts it (after `stop`, or at first) and resolves when it is ready. `env` holds for this process only. */
  start(env?: Readonly<Record<string, string>>): Promise<void>;
  /** SIGTERM, after 10 s SIGKILL; it stays stopped. */
  stop(): Promise<void>;
  /**
   * As a rolling update does it: starts another process beside it and, once that is ready, sends the old one SIGTERM.
   * Resolves when the old one has ended. Its public port is another one afterwards. With a script it is that of another
   * release, from now on.
   */
  replace(script?: string): Promise<ProcessEnd>;
  /** Resolves when the present process, or the one that replaces it, is ready. */
  ready(): Promise<void>;
  /** Resolves after the next time it was started again following a death and is ready. */
  restarted(): Promise<void>;
}

/**
 * Options of Node by service. The sign-ins of a thousand watches leave more memory behind in a young generation of V8's
 * own size (`npm run bench idle-memory`).
 */
const nodeOptions: Readonly<Record<string, readonly string[]>> = { "inbound-sync": ["--max-semi-space-size=8"] };

export function createServiceProcess(options: ServiceProcessOptions): ServiceProcess {
  const { name, replica } = options;
  let { script } = options;
  const source = replica > 1 ? `${name}#${replica}` : name;
  const lines: string[] = [];
  const deathTimes: number[] = [];
  let deaths = 0;
  let state: ServiceState = "stopped";
  let wanted = false;
  let child: ChildProcess | undefined;
  let gone: Promise<unknown> = Promise.resolve();
  let httpPort: number | undefined;
  let port: number | undefined;
  let waiting: { resolve(): void; reject(error: Error): void }[] = [];

  const settle = (error?: Error) => {
    const settled = waiting;
    waiting = [];
    for (const { resolve, reject } of settled) error ? reject(error) : resolve();
  };
  const lastLines = () => lines.slice(-20).join("\n");

  const launch = (extra: Readonly<Record<string, string>>) => {
    state = "starting";
    httpPort = undefined;
    const { NODE_TEST_CONTEXT: _, ...inherited } = process.env; // a service is not a test file
    const process_ = spawn(process.execPath, ["--enable-source-maps", ...(nodeOptions[name] ?? []), script], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true, // Ctrl-C reaches the supervisor alone, which knows in which order to stop
      env: {
        ...inherited,
        ...options.env,
        // A console that comes back must be found where it was.
        ...(port !== undefined && { MAILFLEET_CONSOLE_PORT: String(port) }),
        ...extra,
      },
    });
    child = process_;
    for (const [stream, onError] of [
      [process_.stdout, false],
      [process_.stderr, true],
    ] as const) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (raw) => {
        keepOutput(source, raw);
        lines.push(raw);
        if (lines.length > LINES_KEPT) lines.shift();
        options.onLine(readLogLine(source, raw, onError));
      });
    }
    const timer = setTimeout(() => {
      settle(new Error(`${source} was not ready within ${READY_WITHIN_MS / 1000} s; its last lines:\n${lastLines()}`));
    }, READY_WITHIN_MS).unref();
    process_.on("message", (message) => {
      const told = message as { type?: string; httpPort?: number; port?: number };
      if (told.type !== "ready") return;
      clearTimeout(timer);
      httpPort = told.httpPort;
      port = told.port;
      state = "ready";
      settle();
    });
    process_.on("error", () => {}); // it could not be spawned or signalled: "close" follows
    gone = once(process_, "close").then(([code, signal]) => {
      clearTimeout(timer);
      if (child !== process_) return; // it was replaced
      child = undefined;
      if (!wanted) state = "stopped";
      else void onDeath(signal ? `signal ${signal}` : `exit code ${code}`);
    });
  };

  const onDeath = async (how: string) => {
    deaths += 1;
    const now = Date.now();
    deathTimes.push(now);
    const recent = deathTimes.filter((time) => time > now - DEATHS_WINDOW_MS).length;
    if (!options.restart) {
      wanted = false;
      state = "stopped";
      options.say(`${source} died (${how})`);
      return settle(new Error(`${source} died (${how}); its last lines:\n${lastLines()}`));
    }
    if (recent >= options.deathsAllowed) {
      wanted = false;
      state = "stopped";
      const reason = `${source} died ${recent} times within a minute (last: ${how}); its last lines:\n${lastLines()}`;
      settle(new Error(reason));
      return options.onGivenUp(reason);
    }
    state = "restarting";
    options.say(`${source} died (${how}); starting it again in ${RESTART_AFTER_MS / 1000} s`);
    await delay(RESTART_AFTER_MS, undefined, { ref: true });
    if (wanted && !child) launch({});
  };

  const nextReady = () =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ resolve, reject });
    });
  return {
    name,
    replica,
    get pid() {
      return child?.pid;
    },
    get state() {
      return state;
    },
    get httpPort() {
      return httpPort;
    },
    get port() {
      return port;
    },
    get deaths() {
      return deaths;
    },
    lines,
    kill: (signal = "SIGKILL") => {
      child?.kill(signal);
    },
    arm: (...wanted) => {
      child?.send({ type: "fail-points", wanted });
    },
    start: async (env) => {
      if (child) return nextReadyUnlessReady();
      const first = deaths === 0 && lines.length === 0 ? options.firstEnv : undefined;
      wanted = true;
      const isReady = nextReady();
      launch({ ...first, ...env });
      return isReady;
    },
    stop: async () => {
      wanted = false;
      settle(new Error(`${source} was stopped`));
      const present = child;
      if (!present) {
        state = "stopped";
        return;
      }
      present.kill("SIGTERM");
      const timer = setTimeout(() => {
        options.say(`${source} did not stop within ${STOP_GRACE_MS / 1000} s: SIGKILL`);
        present.kill("SIGKILL");
      }, STOP_GRACE_MS);
      await gone;
      clearTimeout(timer);
    },
    replace: async (another = script) => {
      const old = child;
      if (!old) throw new Error(`${source} does not run`);
      script = another;
      const ended = once(old, "exit");
      const isReady = nextReady();
      launch({ MAILFLEET_CONSOLE_PORT: "0" });
      let asked = 0;
      try {
        await isReady;
      } finally {
        asked = performance.now();
        old.kill("SIGTERM");
      }
      const [code] = (await ended) as [number | null];
      return { code, ms: performance.now() - asked };
    },
    ready: nextReadyUnlessReady,
    restarted: nextReady,
  };

  function nextReadyUnlessReady(): Promise<void> {
    return state === "ready" && child ? Promise.resolve() : nextReady();
  }
}
