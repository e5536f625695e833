import { readCursor, writeCursor } from "../cursor.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";

/** `config.job.list`: newest first, with counts; the results are in `config.job.get`. */
export const listJobs =
  ({ ports }: Parts): Handler<"config.job.list"> =>
  async ({ limit, cursor }) => {
    const { items, next } = await ports.jobs.list({ limit, cursor: readCursor(cursor) });
    return {
      items: items.map(({ _id, verb, state, total, done, failed, createdAt, by }) => ({
        id: _id,
        verb,
        state,
        total,
        done,
        failed,
        results: [],
        createdAt,
        by,
      })),
      next: writeCursor(next),
    };
  };
