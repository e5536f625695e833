import { join } from "node:path";
import type { KubernetesObject } from "./kubernetes-api.ts";
import type { VolumeFolder } from "./volume-folder.ts";

/** Values of the Secrets, by name and key. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A Pod as podman will call it, with what podman does not do for it. */
export interface PlayedPod {
  /** The component of the chart. */
  readonly component: string;
  /** The name of its one container. */
  readonly container: string;
  /** Where it listens. */
  readonly address: string;
  /** As the chart has written it: probes and ports. */
  readonly declared: KubernetesObject["spec"];
}

/** What `podman kube play` gets instead of the chart's objects. */
export interface PlayedObjects {
  /** Hooks that have to end well before the rest is played. */
  readonly hooks: readonly KubernetesObject[];
  readonly rest: readonly KubernetesObject[];
  readonly hookPods: readonly PlayedPod[];
  readonly pods: readonly PlayedPod[];
  /** To be there before. */
  readonly folders: readonly VolumeFolder[];
}

/** Where one Pod will be, and what it may read. */
interface Place {
  readonly folder: string;
  readonly address: string;
  readonly secrets: Secrets;
  readonly folders: VolumeFolder[];
}

// biome-ignore lint/suspicious/noExplicitAny: fields of a Pod, which the API server checks in the other tests
type PodSpec = any;

/** One thing that podman's `kube play` cannot do with our objects. */
export interface Turn {
  readonly what: string;
  readonly into: string;
  readonly why: string;
  /** Changes the Pod. */
  pod?(spec: PodSpec, place: Place): void;
}

/** All that is turned; everything else stays as the chart renders it. Kinds that podman does not know it leaves out itself. */
export const turns: readonly Turn[] = [
  {
    what: "a Job",
    into: "a Pod that is not started again",
    why: "podman 4.3 knows no Jobs",
  },
  {
    what: "a Deployment of n replicas",
    into: "n Deployments of one",
    why: "podman gives all replicas the same variables, and each needs an address of its own here",
  },
  {
    what: "a volume of a projection of Secrets",
    into: "a folder of this machine with the same files, modes and group",
    why: "podman 4.3 refuses the kind, and its volumes of Secrets hold base64, one for all Pods",
    pod: (spec, { folder, secrets, folders }) => {
      for (const volume of spec.volumes ?? [])
        if (volume.projected) {
          const path = join(folder, volume.name);
          const files = filesOf(volume.projected.sources, secrets);
          folders.push({ path, group: spec.securityContext.fsGroup, files, mode: volume.projected.defaultMode });
          turnIntoFolder(volume, path);
        }
    },
  },
  {
    what: "an empty volume",
    into: "an empty folder of this machine that the group may write to",
    why: "podman makes one volume of the name for all Pods",
    pod: (spec, { folder, folders }) => {
      for (const volume of spec.volumes ?? [])
        if (volume.emptyDir) {
          const path = join(folder, volume.name);
          folders.push({ path, group: spec.securityContext.fsGroup });
          turnIntoFolder(volume, path);
        }
    },
  },
  {
    what: "the network of a Pod",
    into: "the network of this machine, with an address in 127.0.0.0/8 where the Pod listens at all of them",
    why: "the engines and mail servers of tests listen on loopback only",
    pod: (spec, { address }) => {
      spec.hostNetwork = true;
      for (const container of spec.containers) {
        delete container.ports;
        for (const variable of container.env ?? []) if (variable.value === "0.0.0.0") variable.value = address;
      }
    },
  },
  {
    what: "the three probes",
    into: "requests of the test",
    why: "podman would run `curl` inside the container, and our images hold one program",
    pod: (spec) => {
      for (const container of spec.containers) {
        delete container.startupProbe;
        delete container.readinessProbe;
        delete container.livenessProbe;
      }
    },
  },
  {
    what: "the grace of a Pod",
    into: "an option of `podman pod stop`",
    why: "podman 4.3 gives every container ten seconds",
  },
];

/**
 * The chart's objects as podman can run them (`turns`), and what has to be there for that. `folder` is where the volumes
 * will be; `addressOf` gives the address of the nth Pod. Throws at a Secret or a key that is not there.
 */
export function forPodman(
  objects: readonly KubernetesObject[],
  options: { secrets: Secrets; folder: string; addressOf: (pod: number) => string },
): PlayedObjects {
  const folders: VolumeFolder[] = [];
  const played = { hooks: [] as KubernetesObject[], rest: [] as KubernetesObject[] };
  const pods = { hooks: [] as PlayedPod[], rest: [] as PlayedPod[] };
  let count = 0;
  /** Adds the object that holds this Pod, as `make` writes it around the changed spec. */
  const add = (
    when: "hooks" | "rest",
    pod: string,
    { metadata, spec: declared }: KubernetesObject["spec"],
    make: (spec: PodSpec) => KubernetesObject,
  ) => {
    const address = options.addressOf(count++);
    const place = { address, folder: join(options.folder, pod), secrets: options.secrets, folders };
    const spec = structuredClone(declared);
    for (const turn of turns) turn.pod?.(spec, place);
    played[when].push(make(spec));
    const component = metadata.labels["app.kubernetes.io/component"];
    pods[when].push({ component, container: `${pod}-${spec.containers[0].name}`, address, declared });
  };
  for (const object of objects) {
    const { kind, metadata, spec } = object;
    if (kind === "Job") {
      // What runs after an upgrade has nothing to do here.
      if (!metadata.annotations?.["helm.sh/hook"]?.split(",").includes("pre-install")) continue;
      add("hooks", metadata.name, spec.template, (pod) => ({ apiVersion: "v1", kind: "Pod", metadata, spec: pod }));
    } else if (kind === "Deployment")
      for (let n = 1; n <= spec.replicas; n++) {
        const name = `${metadata.name}-${n}`;
        // The name that podman gives to the one Pod.
        add("rest", `${name}-pod-0`, spec.template, (pod) => ({
          ...object,
          metadata: { ...metadata, name },
          spec: { ...spec, replicas: 1, template: { ...spec.template, spec: pod } },
        }));
      }
    else played.rest.push(object);
  }
  return { ...played, hookPods: pods.hooks, pods: pods.rest, folders };
}

function filesOf(sources: PodSpec[], secrets: Secrets): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  for (const { secret } of sources)
    for (const { key, path } of secret.items) {
      const value = secrets[secret.name]?.[key];
      if (value === undefined) throw new Error(`the Secret ${secret.name} has no key ${key}`);
      files[path] = Buffer.from(value);
    }
  return files;
}

function turnIntoFolder(volume: PodSpec, path: string): void {
  delete volume.projected;
  delete volume.emptyDir;
  volume.hostPath = { path, type: "Directory" };
}
