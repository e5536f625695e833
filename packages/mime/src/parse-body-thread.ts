import { parentPort, workerData } from "node:worker_threads";
import { parseMessage } from "./parse-message.ts";

// Says first that its code is loaded, then what it has found.
parentPort?.postMessage("begins");
parentPort?.postMessage(await parseMessage(workerData as Uint8Array));
