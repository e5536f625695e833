import { AbstractCursor, type Collection, type Db, MongoOperationTimeoutError } from "mongodb";

/**
 * Where the options of each call stand, for the calls whose connection is freed at their end: the driver obeys a `signal`
 * there, also where its types do not say so.
 */
const optionsAt: Readonly<Record<string, number>> = {
  ...{ find: 1, findOne: 1, aggregate: 1, countDocuments: 1, distinct: 2, command: 1, createIndexes: 1 },
  ...{ insertOne: 1, insertMany: 1, replaceOne: 2, updateOne: 2, updateMany: 2, deleteOne: 1, deleteMany: 1 },
  ...{ bulkWrite: 1, findOneAndUpdate: 2, findOneAndReplace: 2, findOneAndDelete: 1 },
};

/**
 * A database whose calls end: each, and each step of a cursor, throws an outage (`MongoOperationTimeoutError`) after
 * `longestMs`, or after the `timeoutMS` of its own options; with 0 it may take as long as it takes. Whether a write was
 * carried out is then not known.
 *
 * The driver (7.9) obeys no time limit, and waits without an end if its monitor gives a connection up while a request is
 * being written: nobody tells the one who waits for the socket to drain. The connection stays taken, too.
 */
export function withEnds(db: Db, longestMs: number): Db {
  return ending(db, longestMs);
}

function ending<Handle extends object>(handle: Handle, longestMs: number): Handle {
  return new Proxy(handle, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        const { args, ms, controller } = withSignal(String(name), given, longestMs);
        const call = () => value.apply(target, args);
        if (name === "collection") return ending(call() as Collection, longestMs);
        if (name === "admin") return ending(call() as object, longestMs);
        const begun: unknown = within(ms, controller, call);
        return begun instanceof AbstractCursor ? endingCursor(begun, ms, controller) : begun;
      };
    },
  });
}

function withSignal(name: string, given: readonly unknown[], longestMs: number) {
  const at = optionsAt[name];
  const controller = new AbortController();
  if (at === undefined) return { args: given, ms: longestMs, controller };
  const { timeoutMS = longestMs, ...options } = (given[at] ?? {}) as { timeoutMS?: number };
  const args = [...given];
  args.length = Math.max(args.length, at + 1);
  args[at] = { ...options, signal: controller.signal };
  return { args, ms: timeoutMS, controller };
}

/** Its steps end; what is done between them may take as long as it takes. */
function endingCursor<Found>(cursor: AbstractCursor<Found>, ms: number, controller: AbortController) {
  const proxy: AbstractCursor<Found> = new Proxy(cursor, {
    get(target, name) {
      if (name === Symbol.asyncIterator) return () => steps(target, ms, controller);
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const begun: unknown = within(ms, controller, () => value.apply(target, args));
        return begun === target ? proxy : begun;
      };
    },
  });
  return proxy;
}

async function* steps<Found>(cursor: AbstractCursor<Found>, ms: number, controller: AbortController) {
  try {
    for (;;) {
      const next = () => cursor.next();
      const found = await (cursor.bufferedCount() > 0 ? next() : within(ms, controller, next));
      if (found === null) return;
      yield found;
    }
  } finally {
    // What is left of it on the server ends by itself.
    await Promise.resolve(within(ms, controller, () => cursor.close())).catch(() => {});
  }
}

/** What is no promise comes back as it is. */
function within<Answer>(ms: number, controller: AbortController, call: () => Answer): Answer {
  const begun = call();
  if (!(begun instanceof Promise) || ms === 0) return begun;
  const { promise: late, reject } = Promise.withResolvers<never>();
  let isDone = false;
  const end = () => {
    if (isDone) return;
    const error = new MongoOperationTimeoutError(`no answer within ${ms} ms`);
    reject(error);
    controller.abort(error);
  };
  // A process that was frozen first reads what has come meanwhile.
  const timer = setTimeout(() => setImmediate(end), ms);
  return Promise.race([begun, late]).finally(() => {
    isDone = true;
    clearTimeout(timer);
  }) as Answer;
}
