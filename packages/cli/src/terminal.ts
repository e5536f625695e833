import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { UsageError } from "./exit-codes.ts";

/** What the command reads from and writes to; a test gives its own. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Bytes to standard output as they are; resolves when they are taken, so that a large message is not held. */
  write(bytes: Uint8Array): Promise<void>;
  /** Everything on standard input. */
  readInput(): Promise<Buffer>;
  /** One line without echo; throws `UsageError` where there is no terminal. */
  askSecret(question: string): Promise<string>;
  /** One line, shown as it is typed; `null` where there is no terminal. */
  ask(question: string): Promise<string | null>;
  /** Characters in a line of the terminal; `undefined` where the output is none. */
  readonly cells?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where `npm start` in this checkout writes `admin-token` and `console-url`. */
  readonly localFolder: string;
  /** Aborted by Ctrl-C, so that following ends in order. */
  readonly interrupted: AbortSignal;
}

async function readInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const ctrlC = "\u0003";
const ctrlD = "\u0004";
const erasing = ["\u007f", "\b"];

function askSecret(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY)
    throw new UsageError("There is no terminal to ask for the password: pipe it in with --password-stdin.");
  stderr.write(question);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let typed = "";
  const end = () => {
    stdin.setRawMode(false);
    stdin.pause();
    stdin.off("data", onData);
    stderr.write("\n");
  };
  const onData = (data: Buffer) => {
    for (const key of data.toString("utf8")) {
      if (key === "\r" || key === "\n" || key === ctrlD) {
        end();
        return resolve(typed);
      }
      if (key === ctrlC) {
        end();
        return reject(new UsageError("Interrupted."));
      }
      typed = erasing.includes(key) ? [...typed].slice(0, -1).join("") : typed + key;
    }
  };
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on("data", onData);
  return promise;
}

async function ask(question: string): Promise<string | null> {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY) return null;
  const lines = createInterface({ input, output });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/** The terminal of this process. A reader that goes away (`| head`) ends the command quietly. */
export function processTerminal(): Terminal {
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    write: (bytes) => new Promise((resolve) => process.stdout.write(bytes, () => resolve())),
    readInput,
    askSecret,
    ask,
    cells: process.stdout.isTTY ? process.stdout.columns : undefined,
    env: process.env,
    localFolder: fileURLToPath(new URL("../../../.local/stack", import.meta.url)),
    interrupted: interrupted.signal,
  };
}
