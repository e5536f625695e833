import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { build, go, goModule } from "./go-module.ts";

const versions = {
  kubernetes: "1.37.2",
  etcd: "3.7.3",
  keda: "2.21.0",
  /** Types of the Prometheus operator. */
  monitoring: "0.95.2",
  controllerTools: "0.23.0",
} as const;

/** Outside the checkout, because Kubernetes takes a quarter of an hour to build. */
const folder = join(homedir(), ".cache/mailfleet/kubernetes", versions.kubernetes);
const sources = join(folder, "sources");

/** Programs of a Kubernetes without machines. */
export interface KubernetesPrograms {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  /** Files that define the kinds of KEDA and of the Prometheus operator. */
  readonly definitions: readonly string[];
}

const programs = {
  etcd: join(folder, "etcd"),
  apiServer: join(folder, "kube-apiserver"),
  controllerManager: join(folder, "kube-controller-manager"),
};
const kinds = ["keda.sh_scaledobjects", "monitoring.coreos.com_podmonitors", "monitoring.coreos.com_prometheusrules"];
const definitions = kinds.map((name) => join(folder, "definitions", `${name}.yaml`));

/** `undefined` where something was not built yet. */
export const kubernetes: KubernetesPrograms | undefined = [...Object.values(programs), ...definitions].every(existsSync)
  ? { ...programs, definitions }
  : undefined;

/** Builds what is missing, from the Go module proxy. Throws where there is no Go of 1.26 or later. */
export function buildTools(say: (text: string) => void): void {
  mkdirSync(join(folder, "definitions"), { recursive: true });
  if (!existsSync(programs.apiServer) || !existsSync(programs.controllerManager)) {
    say(`building Kubernetes ${versions.kubernetes}, a quarter of an hour or more …`);
    const module = goModule(join(sources, "kubernetes"), kubernetesModule(), {
      "apiserver/main.go": commandOf("kube-apiserver", "NewAPIServerCommand"),
      "controllers/main.go": commandOf("kube-controller-manager", "NewControllerManagerCommand"),
    });
    // Helm asks for the version, and the chart refuses one that is too old.
    const [major, minor] = versions.kubernetes.split(".");
    const given = { gitVersion: `v${versions.kubernetes}`, gitMajor: major, gitMinor: minor };
    const flags = Object.entries(given).map(([key, value]) => `-X k8s.io/component-base/version.${key}=${value}`);
    build(module, "./apiserver", programs.apiServer, flags);
    build(module, "./controllers", programs.controllerManager, flags);
  }
  if (!existsSync(programs.etcd)) {
    say(`building etcd ${versions.etcd} …`);
    const module = goModule(join(sources, "etcd"), `require go.etcd.io/etcd/server/v3 v${versions.etcd}\n`, {
      "main.go": `package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`,
    });
    build(module, ".", programs.etcd, []);
  }
  if (!definitions.every(existsSync)) defineKinds(say);
  say("etcd, Kubernetes and the kinds of KEDA and the Prometheus operator are there.");
}

/** The Go module proxy gives KEDA with its definitions; those of the Prometheus operator follow from its types. */
function defineKinds(say: (text: string) => void): void {
  say("writing the definitions of others' kinds …");
  const said = go(folder, "mod", "download", "-json", `github.com/kedacore/keda/v2@v${versions.keda}`);
  const { Dir } = JSON.parse(said);
  copyFileSync(join(Dir, "config/crd/bases", `${kinds[0]}.yaml`), definitions[0]!);
  const types = "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring";
  const generator = "sigs.k8s.io/controller-tools";
  const module = goModule(
    join(sources, "monitoring"),
    `require (\n\t${types} v${versions.monitoring}\n\t${generator} v${versions.controllerTools}\n)\n`,
    {
      "tools.go": `package tools\n\nimport (\n\t_ "${types}/v1"\n\t_ "${generator}/cmd/controller-gen"\n)\n`,
    },
  );
  const output = join(folder, "definitions");
  go(module, "run", `${generator}/cmd/controller-gen`, "crd", `paths=${types}/v1`, `output:crd:dir=${output}`);
}

/** In the repository of Kubernetes its libraries are folders; here each is the module that is published of it. */
function kubernetesModule(): string {
  const { GoMod } = JSON.parse(go(folder, "mod", "download", "-json", `k8s.io/kubernetes@v${versions.kubernetes}`));
  const libraries = readFileSync(GoMod, "utf8").matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging/gm);
  const version = versions.kubernetes.replace("1.", "v0.");
  const lines = [...libraries].map(([, name]) => `\t${name} => ${name} ${version}\n`);
  return `require k8s.io/kubernetes v${versions.kubernetes}\n\nreplace (\n${lines.join("")})\n`;
}

const commandOf = (command: string, maker: string) => `package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/${command}/app"
)

func main() { os.Exit(cli.Run(app.${maker}())) }
`;
