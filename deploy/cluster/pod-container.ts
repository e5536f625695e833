import { join } from "node:path";
import type { KubernetesApi, KubernetesObject } from "./kubernetes-api.ts";
import { writeVolumeFolder } from "./volume-folder.ts";

/** How a container is started: what its Pod asks for, as far as our chart asks for anything. */
export interface ContainerOrder {
  /** Unique on this machine. */
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly { readonly from: string; readonly to: string; readonly readOnly: boolean }[];
  /** Where the container's ports are. */
  readonly address: string;
  readonly memory: string | undefined;
  readonly user: string;
  readonly readOnly: boolean;
  readonly dropped: readonly string[];
  readonly mayGainRights: boolean;
  /** Between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
}

/**
 * Makes the Pod's volumes in the folder and answers how its container is started. Pods share the network of the
 * machine: each has an address of its own, and listens there where it would listen at all of them. Throws while a
 * Secret is missing, and at whatever it does not know.
 */
export async function orderOf(
  pod: KubernetesObject,
  options: { api: KubernetesApi; folder: string; address: string },
): Promise<ContainerOrder> {
  const { spec, metadata } = pod;
  const [container, ...more] = spec.containers;
  if (more.length > 0) throw new Error("this kubelet starts one container of a Pod");
  const group = spec.securityContext?.fsGroup;
  const volumes = new Map<string, string>();
  for (const volume of spec.volumes ?? []) {
    const at = join(options.folder, volume.name);
    await makeVolume(volume, { at, group, namespace: metadata.namespace ?? "default", api: options.api });
    volumes.set(volume.name, at);
  }
  const security = container.securityContext ?? {};
  return {
    name: `${metadata.name}-${metadata.uid?.slice(0, 8)}`,
    image: container.image,
    args: container.args ?? [],
    env: Object.fromEntries(
      (container.env ?? []).map((one: Variable) => [one.name, settingOf(one, pod, options.address)]),
    ),
    mounts: (container.volumeMounts ?? []).map((one: { name: string; mountPath: string; readOnly?: boolean }) => ({
      from: volumes.get(one.name)!,
      to: one.mountPath,
      readOnly: one.readOnly ?? false,
    })),
    address: options.address,
    memory: container.resources?.limits?.memory,
    user: `${spec.securityContext.runAsUser}:${spec.securityContext.runAsGroup}`,
    readOnly: security.readOnlyRootFilesystem ?? false,
    dropped: security.capabilities?.drop ?? [],
    mayGainRights: security.allowPrivilegeEscalation ?? true,
    graceSeconds: spec.terminationGracePeriodSeconds,
  };
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

function settingOf({ name, value, valueFrom }: Variable, pod: KubernetesObject, address: string): string {
  if (valueFrom?.fieldRef?.fieldPath === "metadata.name") return pod.metadata.name;
  if (valueFrom) throw new Error(`this kubelet does not know where ${name} comes from`);
  return value === "0.0.0.0" ? address : (value ?? "");
}

// biome-ignore lint/suspicious/noExplicitAny: a volume of any kind
type Volume = any;

async function makeVolume(
  volume: Volume,
  options: { at: string; group: number; namespace: string; api: KubernetesApi },
): Promise<void> {
  const { at: path, group, namespace, api } = options;
  if (volume.emptyDir) return writeVolumeFolder({ path, group });
  if (!volume.projected) throw new Error(`this kubelet does not know the kind of volume ${volume.name}`);
  const files: Record<string, Buffer> = {};
  for (const { secret } of volume.projected.sources) {
    const { data } = await api.call("GET", `/api/v1/namespaces/${namespace}/secrets/${secret.name}`);
    for (const { key, path: name } of secret.items) {
      if (data?.[key] === undefined) throw new Error(`the Secret ${secret.name} has no key ${key}`);
      files[name] = Buffer.from(data[key], "base64");
    }
  }
  await writeVolumeFolder({ path, group, files, mode: volume.projected.defaultMode });
}
