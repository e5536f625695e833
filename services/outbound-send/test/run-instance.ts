import { startInstance } from "./instance.ts";

const { engines, options } = JSON.parse(process.argv[2] ?? "");
await startInstance(engines, options);
process.on("disconnect", () => process.exit(1));
process.send?.("works");
