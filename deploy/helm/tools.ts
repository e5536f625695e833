import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Programs that look at the chart; kept outside the checkout, because helm takes minutes to build. */
const cache = join(homedir(), ".cache/mailfleet");
const helmVersion = "4.3.1";
const validatorVersion = "1.37.0";

/** `undefined` where it was not built yet. */
export const helm = found(join(cache, "helm", helmVersion, "helm"));
/** A folder for PYTHONPATH with `kubernetes_validate`, which has the schemas of Kubernetes. */
export const validator = found(join(cache, "kubernetes-validate", validatorVersion));

function found(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

/** Builds and installs what is missing: helm by Go (five minutes), the validator from PyPI. */
export function installTools(say: (text: string) => void): void {
  if (!helm) {
    say(`building helm ${helmVersion}, five minutes or more …`);
    const folder = join(cache, "helm", helmVersion);
    mkdirSync(folder, { recursive: true });
    // One at a time: the machine is for other things, too.
    const settings = [`GOBIN=${folder}`, "CGO_ENABLED=0", "GOFLAGS=-p=1", "GOMAXPROCS=1"];
    const install = ["go", "install", "-trimpath", `helm.sh/helm/v4/cmd/helm@v${helmVersion}`];
    execFileSync("env", [...settings, ...install], { stdio: "inherit" });
  }
  if (!validator)
    execFileSync(
      "python3",
      ["-m", "pip", "install", "--quiet", "--target", join(cache, "kubernetes-validate", validatorVersion)].concat(
        `kubernetes-validate==${validatorVersion}`,
      ),
      { stdio: "inherit" },
    );
  say("helm and kubernetes-validate are there.");
}
