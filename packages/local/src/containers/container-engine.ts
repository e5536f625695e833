import { join } from "node:path";
import { type GuardedProgram, startGuarded } from "../engines/guarded-program.ts";
import { CHECKOUT } from "../engines/local-folder.ts";

/** The first images of a machine take half a minute, on a very busy one minutes. */
const READY_WITHIN_MS = 300_000;
/** Containers of a test that broke off are removed, too, and on a machine that copies their files that takes time. */
const GRACE_SECONDS = 120;

/** A container engine that answers, with what `deploy/containers` has prepared there. */
export interface ContainerEngine {
  /** Docker's API: podman's, or the server that `DOCKER_HOST` named before. */
  readonly dockerHost: string;
  /** Images of the engines' programs, by the name of the program. */
  readonly images: Readonly<Record<string, string>>;
  /** What every container carries: those that are left when the engine ends are removed. */
  readonly labels: Readonly<Record<string, string>>;
  /** For what containers share with tests; goes with the engine. */
  readonly folder: string;
}

/** An engine that this process started, and its end. */
export interface StartedContainerEngine {
  readonly engine: ContainerEngine;
  /** Ends what still runs there. */
  stop(): Promise<void>;
}

/** There is no container engine here. The message is a sentence that says why, with the server's words or the remedy. */
export class NoContainerEngine extends Error {
  override readonly name = "NoContainerEngine";
}

/** Variable of the environment in which the test run names its engine, as JSON. */
export const CONTAINERS_VARIABLE = "MAILFLEET_TEST_CONTAINERS";

let found: Promise<ContainerEngine> | undefined;

/** The engine of the test run; in a test file that runs alone, one that ends with this process. Throws {@link NoContainerEngine}. */
export function containerEngine(): Promise<ContainerEngine> {
  const ofTheRun = process.env[CONTAINERS_VARIABLE];
  found ??= ofTheRun
    ? Promise.resolve(JSON.parse(ofTheRun) as ContainerEngine)
    : startContainerEngine().then(({ engine }) => engine);
  return found;
}

/** Starts `deploy/containers`, which ends with this process. */
export async function startContainerEngine(
  env: Readonly<Record<string, string>> = {},
): Promise<StartedContainerEngine> {
  const answered = Promise.withResolvers<{ engine?: ContainerEngine; missing?: string }>();
  const program = await startGuarded(process.execPath, [join(CHECKOUT, "deploy/containers/main.ts")], {
    env: { ...env, NODE_TEST_CONTEXT: "" },
    graceSeconds: GRACE_SECONDS,
    onLine: (line) => {
      if (line.startsWith("{")) answered.resolve(JSON.parse(line));
    },
  });
  const { engine, missing } = await Promise.race([answered.promise, broken(program), late(program)]);
  if (engine) return { engine, stop: () => program.stop() };
  throw new NoContainerEngine(missing);
}

const broken = async (program: GuardedProgram): Promise<never> => {
  const code = await program.ended;
  // Its answer may be behind its end.
  await new Promise((resolve) => setImmediate(resolve));
  throw new Error(`deploy/containers ended with code ${code}:\n${program.lines.join("\n")}`);
};

const late = (program: GuardedProgram): Promise<never> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const lines = () => program.lines.slice(-5).join("\n");
  const timer = setTimeout(() => {
    void program.stop();
    reject(new NoContainerEngine(`no container engine was ready after ${READY_WITHIN_MS / 1000} s: ${lines()}`));
  }, READY_WITHIN_MS);
  void program.ended.then(() => clearTimeout(timer));
  return promise;
};
