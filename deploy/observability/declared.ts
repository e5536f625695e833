import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** A metric as the code makes it. */
export interface DeclaredMetric {
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Where it is made, below the root of the repository. */
  readonly file: string;
}

const root = join(import.meta.dirname, "../..");
/** As `metricsOf` makes them: kind, name and help stand together. */
const making = /\b(counter|gauge|asked|histogram)\(\s*"(mailfleet_\w+)",\s*"([^"]+)"/g;

/** Every metric that services and packages make, read from their sources: a metric may need a database to be made. */
export function declaredMetrics(): DeclaredMetric[] {
  return ["packages", "services"].flatMap((folder) => sourcesBelow(join(root, folder))).flatMap(metricsIn);
}

function metricsIn(path: string): DeclaredMetric[] {
  return [...readFileSync(path, "utf8").matchAll(making)].map(([, kind = "", name = "", help = ""]) => ({
    name,
    kind: (kind === "asked" ? "gauge" : kind) as DeclaredMetric["kind"],
    help,
    file: relative(root, path),
  }));
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["node_modules", "test"].includes(entry.name) ? [] : sourcesBelow(path);
    return entry.name.endsWith(".ts") && !/\.(test|cases)\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** The series of a metric: of a histogram three. */
export function seriesOf({ name, kind }: Pick<DeclaredMetric, "name" | "kind">): string[] {
  return kind === "histogram" ? ["bucket", "sum", "count"].map((suffix) => `${name}_${suffix}`) : [name];
}
