import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import type { Stack } from "@mailfleet/local";
import { type NatsAddress, natsRequest } from "@mailfleet/local/testing";
import { connectStore } from "@mailfleet/store";
import { residentBytes } from "../memory.ts";
import { processTimeMs } from "../process-time.ts";
import { silent } from "../silent.ts";

/** Processes of the stack: the replicas of a service together, and the two engines. */
export type GroupName = string;

/** Bytes and number of what a collection or stream holds. */
export interface Holding {
  readonly count: number;
  readonly bytes: number;
}

/** What the machine, the processes and the engines say at one moment. Times and operations grow from the start on. */
export interface Reading {
  readonly at: number;
  readonly cpuMs: Readonly<Record<GroupName, number>>;
  readonly residentBytes: Readonly<Record<GroupName, number>>;
  /** CPU of the whole machine. */
  readonly machineCpuMs: number;
  readonly load: number;
  readonly mongoOperations: number;
  /** Messages that were put into streams. */
  readonly natsMessages: number;
}

/** What is stored, and what waits. */
export interface Stored {
  readonly collections: Readonly<
    Record<string, Holding & { readonly storageBytes: number; readonly indexBytes: number }>
  >;
  readonly streams: Readonly<Record<string, Holding>>;
  /** Waiting and being handled, by consumer; those with nothing are left out. */
  readonly consumers: Readonly<Record<string, { readonly waiting: number; readonly handled: number }>>;
}

/** Reads a running stack. */
export interface Gauges {
  read(): Promise<Reading>;
  stored(): Promise<Stored>;
  close(): Promise<void>;
}

interface StreamList {
  readonly streams?: readonly {
    config: { name: string };
    state: { messages: number; bytes: number; last_seq: number };
  }[];
}
interface ConsumerList {
  readonly consumers?: readonly { name: string; num_pending: number; num_ack_pending: number }[];
}

/** `more` are processes beside the stack's, by name. */
export async function openGauges(stack: Stack, more: Readonly<Record<string, number>>): Promise<Gauges> {
  const store = await connectStore({
    url: stack.mongoUrl,
    database: stack.mongoDb,
    appName: "soak",
    logger: silent,
    maximumConnections: 2,
  });
  const url = new URL(stack.natsUrl);
  const nats: NatsAddress = {
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
  const ask = <Answer>(subject: string) => natsRequest(nats, `$JS.API.${subject}`, {}) as Promise<Answer>;
  const streamsNow = async () => (await ask<StreamList>("STREAM.LIST")).streams ?? [];
  const groups = () => {
    const services = Object.entries(Object.groupBy(stack.services, ({ name }) => name));
    return {
      ...Object.fromEntries(services.map(([name, all]) => [name, (all ?? []).map(({ pid }) => pid ?? 0)])),
      NATS: [stack.nats?.pid ?? 0],
      MongoDB: [stack.mongo?.pid ?? 0],
      ...Object.fromEntries(Object.entries(more).map(([name, pid]) => [name, [pid]])),
    };
  };
  const byGroup = (read: (pids: readonly number[]) => number) =>
    Object.fromEntries(Object.entries(groups()).map(([name, pids]) => [name, read(pids)]));
  return {
    read: () =>
      again(async () => {
        const { opcounters } = (await store.db.admin().command({ serverStatus: 1 })) as {
          opcounters: Record<string, unknown>;
        };
        const kinds = ["insert", "query", "update", "delete", "getmore", "command"];
        return {
          at: Date.now(),
          cpuMs: byGroup(processTimeMs),
          residentBytes: byGroup((pids) => pids.reduce((sum, pid) => sum + residentBytes(pid), 0)),
          machineCpuMs: machineCpuMs(),
          load: loadavg()[0] ?? 0,
          mongoOperations: kinds.reduce((sum, kind) => sum + Number(opcounters[kind] ?? 0), 0),
          natsMessages: (await streamsNow()).reduce((sum, { state }) => sum + state.last_seq, 0),
        };
      }),
    stored: () =>
      again(async () => {
        const collections: Record<string, Stored["collections"][string]> = {};
        for (const { name } of await store.db.listCollections({}, { nameOnly: true }).toArray()) {
          const { count, size, storageSize, totalIndexSize } = await store.db.command({ collStats: name });
          collections[name] = { count, bytes: size, storageBytes: storageSize, indexBytes: totalIndexSize };
        }
        const streams: Record<string, Holding> = {};
        const consumers: Record<string, { waiting: number; handled: number }> = {};
        for (const { config, state } of await streamsNow()) {
          streams[config.name] = { count: state.messages, bytes: state.bytes };
          for (const one of (await ask<ConsumerList>(`CONSUMER.LIST.${config.name}`)).consumers ?? [])
            if (one.num_pending + one.num_ack_pending > 0)
              consumers[one.name] = { waiting: one.num_pending, handled: one.num_ack_pending };
        }
        return { collections, streams, consumers };
      }),
    close: () => store.close(),
  };
}

/** A busy engine that did not answer in time is asked again: one answer is no reason to end a soak of an hour. */
async function again<Answer>(ask: () => Promise<Answer>, tries = 10): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (tries === 1) throw error;
    return again(ask, tries - 1);
  }
}

/** CPU that everything on this machine has used, by /proc/stat (proc(5)), without waiting for the disk. */
function machineCpuMs(): number {
  const fields = readFileSync("/proc/stat", "utf8").split("\n", 1)[0]?.trim().split(/\s+/).slice(1).map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = fields;
  return (user + nice + system + irq + softIrq) * 10;
}
