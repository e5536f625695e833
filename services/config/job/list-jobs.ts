import { readPage } from "@mailfleet/kit";
import type { Handler, Ports } from "../ports.ts";

const newestFirst = {
  filter: {},
  sort: [
    ["createdAt", -1],
    ["_id", -1],
  ],
} as const;

/** `config.job.list`: newest first, with counts; the results are in `config.job.get`. */
export const listJobs =
  (ports: Ports): Handler<"config.job.list"> =>
  async (page) => {
    const { items, next } = await readPage(page, newestFirst, ports.jobs.list);
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
      next,
    };
  };
