/** A suite: the files it takes and what they may cost. */
export interface Suite {
  readonly name: "unit" | "int" | "containers" | "e2e" | "faults" | "cluster";
  readonly what: string;
  /** Whether a file, relative to the checkout, belongs to it. The first suite that takes a file has it. */
  takes(file: string): boolean;
  /** Files of another suite that it runs once more. */
  repeats?(file: string): boolean;
  /** Files at a time, for two cores. */
  readonly concurrency: number;
  /** A file that has not ended by then, or since it last said how it gets on, hangs or keeps a handle open: it fails. */
  readonly fileDeadlineMs: number;
  /** Needs NATS and MongoDB. */
  readonly engines: boolean;
  /** The engines run in containers. Where there is no container engine, it is skipped with the reason. */
  readonly containers?: boolean;
  /** Says which lines it ran. Counting slows plain code by half: the suites that kill processes at a time do not. */
  readonly coverage: boolean;
  /** Runs only when it is named: what it needs takes long to come by. */
  readonly byHand?: boolean;
}

const minutes = (count: number) => count * 60_000;

/** In the order in which they run: the cheapest first. */
export const suites: readonly Suite[] = [
  {
    name: "faults",
    what: "killed, frozen, cut off, on clusters of three",
    takes: (file) => file.startsWith("test/faults/") && file.endsWith(".e2e.test.ts"),
    concurrency: 1,
    fileDeadlineMs: minutes(10),
    engines: true,
    coverage: false,
  },
  {
    name: "unit",
    what: "pure code, model and architecture",
    takes: (file) => /\.(unit|model|arch)\.test\.ts$/.test(file),
    concurrency: 3,
    fileDeadlineMs: minutes(3),
    engines: false,
    coverage: true,
  },
  {
    name: "int",
    what: "real NATS, MongoDB, Dovecot and Postfix",
    takes: (file) => file.endsWith(".int.test.ts"),
    // Many mostly wait: for leases, deadlines and processes.
    concurrency: 3,
    fileDeadlineMs: minutes(4),
    engines: true,
    coverage: true,
  },
  {
    name: "containers",
    what: "bus and store against NATS and MongoDB in containers, all services as containers",
    takes: (file) => file.endsWith(".containers.test.ts"),
    // Not the clusters of three, which are processes also here, nor what mostly waits for leases and sign-ins.
    repeats: (file) =>
      /^packages\/bus\/test\/(consume|outage|publish|request|topology)\.int\./.test(file) ||
      /^packages\/store\/(src\/(bulk-outage|connect)|test\/documents)\.int\./.test(file),
    concurrency: 2,
    fileDeadlineMs: minutes(8),
    engines: true,
    containers: true,
    coverage: false,
  },
  {
    name: "e2e",
    what: "separate processes",
    takes: (file) => file.endsWith(".e2e.test.ts"),
    concurrency: 2,
    fileDeadlineMs: minutes(6),
    engines: true,
    coverage: false,
  },
  {
    name: "cluster",
    what: "the chart at a real API server of Kubernetes and by podman kube play, compose.yaml by Docker, with containers",
    takes: (file) => file.endsWith(".cluster.test.ts"),
    concurrency: 1,
    fileDeadlineMs: minutes(20),
    engines: true,
    coverage: false,
    byHand: true,
  },
];

const ORDER = ["unit", "int", "containers", "e2e", "faults", "cluster"];

/** The suites in running order, each with its files and those that it repeats; `strays` are test files that no suite takes. */
export function sortIntoSuites(files: readonly string[]): {
  suites: { suite: Suite; files: string[]; repeated: string[] }[];
  strays: string[];
} {
  const owner = (file: string) => suites.find((suite) => suite.takes(file));
  return {
    suites: ORDER.map((name) => suites.find((suite) => suite.name === name)!).map((suite) => ({
      suite,
      files: files.filter((file) => owner(file) === suite),
      repeated: files.filter((file) => suite.repeats?.(file)),
    })),
    strays: files.filter((file) => !owner(file)),
  };
}
