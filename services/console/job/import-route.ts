import { Readable } from "node:stream";
import { EmailAddress, type ImportLine, job, linesAtOnce, ProblemError } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import { z } from "zod";
import { type Call, type Route, route } from "../http/route.ts";
import { refuseOverPlainHttp } from "../secret/plain-http.ts";
import { secretsHasher } from "../secret/seal-secrets.ts";
import { importLine, lineProblem, problemIn } from "./import-line.ts";
import { csvLimits, type Line, readLines } from "./read-lines.ts";
import { type Heading, type Row, readHeading, readRow } from "./read-row.ts";

/** A line that can be looked up, or what is wrong with it. */
interface Waiting {
  readonly number: number;
  readonly row?: Row;
  readonly problem?: ImportLine["problem"];
}

const query = z.strictObject({
  update: z
    .boolean()
    .optional()
    .describe("true: change mailboxes that are there already; else their lines are refused"),
  dryRun: z.boolean().optional().describe("true: decide about each line and answer, change nothing"),
});
type ImportCall = Call<undefined, z.output<typeof query>, unknown>;

/** Excel's own line that names the separator. */
const isHint = (text: string) => /^"?sep=.?"?$/i.test(text);

/**
 * Takes a CSV as it comes, some lines at a time: checks each line, seals its password at once, and hands it to `config`, where a
 * job does it. A line that is wrong is a result of the job; what is wrong with the whole file is refused, and nothing is done.
 */
async function importMailboxes(call: ImportCall) {
  if (!(call.body instanceof Readable))
    throw new ProblemError("INVALID", "The body must be a CSV.", { remedy: "Send it with Content-Type: text/csv." });
  const { update = false, dryRun = false } = call.query;
  const id = idFrom("jb", `${call.caller.tokenId}|${call.commandId}`);
  const hash = secretsHasher(call);
  const seen = new Map<string, number>();
  let heading: Heading | undefined;
  let count = 0;
  let known = false;
  let first = true;
  let waiting: Waiting[] = [];
  const hand = async () => {
    if (!known) ({ known } = await handOver(call, { id, update, first }, waiting));
    first = false;
    waiting = [];
  };
  for await (const line of readLines(call.body)) {
    hash.update(`${line.text}\n`);
    if (!heading) {
      if (line.text.trim() === "" || isHint(line.text)) continue;
      heading = readHeading(line);
      if (heading.columns.includes("password")) refuseOverPlainHttp(call);
      continue;
    }
    const read = readWaiting(heading, line, seen);
    if (!read) continue;
    count += 1;
    if (count > csvLimits.lines)
      throw new ProblemError("TOO_LARGE", `A CSV may have at most ${csvLimits.lines} mailboxes.`, {
        remedy: "Divide it.",
      });
    waiting.push(read);
    if (waiting.length === linesAtOnce) await hand();
  }
  if (count === 0)
    throw new ProblemError("INVALID", "The file names no mailbox.", {
      remedy: "Its first line must be the heading; each line below is a mailbox.",
    });
  await hand();
  return call.ask(
    "config.job.create",
    {
      ...call.command,
      id,
      new: { verb: "import", input: { update }, count },
      ...(dryRun ? { dryRun } : {}),
      secretsHash: hash.digest("base64url"),
    },
    { timeoutMs: job.timeoutsMs?.create ?? 0 },
  );
}

/** `null`: the line is empty. */
function readWaiting(heading: Heading, line: Line, seen: Map<string, number>): Waiting | null {
  const { number } = line;
  try {
    const row = readRow(heading, line);
    if (!row) return null;
    const address = EmailAddress.safeParse(row.address ?? "");
    if (address.error) {
      const reason = row.address === undefined ? "is missing" : (address.error.issues[0]?.message ?? "is wrong");
      return { number, row, problem: lineProblem(number, [{ column: "address", reason }]) };
    }
    const key = address.data.toLowerCase();
    const before = seen.get(key);
    seen.set(key, before ?? number);
    if (before === undefined) return { number, row };
    return { number, row, problem: lineProblem(number, [{ column: "address", reason: `is on line ${before}, too` }]) };
  } catch (error) {
    return { number, problem: problemIn(error) };
  }
}

async function handOver(
  call: ImportCall,
  { id, update, first }: { readonly id: string; readonly update: boolean; readonly first: boolean },
  waiting: readonly Waiting[],
): Promise<{ known: boolean }> {
  const good = waiting.flatMap(({ number, row, problem }) =>
    row?.address === undefined || problem ? [] : [{ line: number, address: row.address, ...profileOf(row) }],
  );
  const { known, lines: placed } = await call.ask("config.job.place-lines", { id, update, first, lines: good });
  if (known) return { known };
  const places = new Map(placed.map((one) => [one.line, one]));
  const lines: ImportLine[] = [];
  for (const { number: line, row = {}, problem } of waiting) {
    const place = places.get(line);
    const mailboxId = idFrom("mb", `${id}/${line}`);
    if (place) lines.push(await importLine(call as Call, row, place));
    else if (problem)
      lines.push({
        line,
        mailboxId,
        ...(row.address === undefined ? {} : { address: row.address.slice(0, 254) }),
        problem,
      });
  }
  await call.ask("config.job.add-lines", { id, lines });
  return { known };
}

const profileOf = ({ profile }: Row) => (profile === undefined ? {} : { profile: profile.slice(0, 200) });

/** `POST /mailboxes/import`. */
export const importRoutes: readonly Route[] = [
  route("POST", "/mailboxes/import", {
    operation: "mailbox.import",
    summary: "Make mailboxes from a CSV, or change them, as a job with a result for each line",
    query,
    body: z
      .string()
      .describe(
        "the first line names the columns, as the options of `mailfleet mailbox create`; UTF-8, at most 10,000 lines",
      ),
    bodyFor: () => z.unknown(),
    bodyLimit: csvLimits.bytes,
    takes: { type: "text/csv", what: "A CSV" },
    answer: job.View,
    status: 202,
    location: ({ id }: { id: string }) => `/jobs/${id}`,
    handle: importMailboxes as never,
  }),
];
