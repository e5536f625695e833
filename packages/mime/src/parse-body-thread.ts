import { parentPort, workerData } from "node:worker_threads";
import { parseMessage } from "./parse-message.ts";

parentPort?.postMessage(await parseMessage(workerData as Uint8Array));
