import { writeFileSync } from "node:fs";
import { alertsPage } from "./alerts-page.ts";

writeFileSync(new URL("../../../docs/alerts.md", import.meta.url), alertsPage());
