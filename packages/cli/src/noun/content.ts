import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";

/** Makes a command that writes bytes to standard output or to a file. `pathOf` says where the API has them. */
export function addContentCommand(command: Command, cli: Cli, pathOf: (which: string) => Promise<string>): void {
  command
    .option("--to-file <file>", "write to this file instead of standard output")
    .action(async (which: string, { toFile }: { toFile?: string }) => {
      const stream = await (await cli.client()).download(await pathOf(which));
      const bytes = Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);
      if (toFile === undefined) for await (const chunk of bytes) await cli.terminal.write(chunk as Buffer);
      else await pipeline(bytes, createWriteStream(toFile));
    });
}
