/** `npm run bench [name…]`: figures beside peers in the same run; ends with one JSON line per benchmark. */

import { besideJob } from "./beside-job.ts";
import { fair50 } from "./fair-50.ts";
import { hanging } from "./hanging.ts";
import { idleExchange } from "./idle-exchange.ts";
import { idleLatency } from "./idle-latency.ts";
import { idleMemory } from "./idle-memory.ts";
import { image } from "./image.ts";
import { inboundExchange } from "./inbound-exchange.ts";
import { inboundGmail } from "./inbound-gmail.ts";
import { inboundImap } from "./inbound-imap.ts";
import { inboundLarge } from "./inbound-large.ts";
import { inboundPop3 } from "./inbound-pop3.ts";
import { outboundExchange } from "./outbound-exchange.ts";
import { outboundGmail } from "./outbound-gmail.ts";
import { outboundLarge } from "./outbound-large.ts";
import { outboundSmtp } from "./outbound-smtp.ts";
import { type Figure, report } from "./report.ts";
import { submit } from "./submit.ts";

const benchmarks: Readonly<Record<string, () => Promise<Figure | string>>> = {
  hanging: () => hanging("elsewhere"),
  "hanging-same-host": () => hanging("same-host"),
  "fair-50": () => fair50({ bench: "fair-50", messages: 100_000, few: 1000, besideMbsync: false }),
  "fair-50-short": () => fair50({ bench: "fair-50-short", messages: 25_000, few: 250, besideMbsync: true }),
  "inbound-imap": inboundImap,
  "inbound-pop3": inboundPop3,
  "outbound-smtp": outboundSmtp,
  "inbound-gmail": inboundGmail,
  "outbound-gmail": outboundGmail,
  "inbound-ews": () => inboundExchange("ews"),
  "inbound-graph": () => inboundExchange("graph"),
  "outbound-ews": () => outboundExchange("ews"),
  "outbound-graph": () => outboundExchange("graph"),
  submit,
  "beside-job": besideJob,
  "idle-latency": idleLatency,
  "idle-memory": idleMemory,
  "idle-ews": () => idleExchange("ews"),
  "idle-graph": () => idleExchange("graph"),
  "outbound-large": outboundLarge,
  "inbound-large": inboundLarge,
  image,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}. There are: ${Object.keys(benchmarks).join(", ")}`);
  process.exit(2);
}
process.on("disconnect", () => process.exit(1));
for (const [name, run] of Object.entries(benchmarks)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n${name} …`);
  const result = await run();
  if (typeof result === "string") console.log(`${name}: skipped, ${result}`);
  else report(result);
}
process.exit(0);
