import type { ServiceName } from "@mailfleet/contracts";
import { generateKeyFiles } from "@mailfleet/secrets";

export interface StackEnvironmentOptions {
  /** Where the engines are, and as whom the service signs in. */
  places(service: ServiceName): Record<string, string>;
  readonly keysDir: string;
  readonly adminTokenFile: string;
  readonly consolePort: number;
}

/**
 * The environment of each service. Who holds which key is the point: those who set secrets get public keys, those who
 * use them private ones, config neither.
 */
export async function stackEnvironment(
  options: StackEnvironmentOptions,
): Promise<(service: ServiceName) => Record<string, string>> {
  const keys = await generateKeyFiles(options.keysDir);
  const shared = {
    MAILFLEET_HTTP_HOST: "127.0.0.1",
    MAILFLEET_HTTP_PORT: "0",
  };
  // A port that is chosen when the console starts is known to the console only.
  const url: Record<string, string> =
    options.consolePort > 0 ? { MAILFLEET_CONSOLE_URL: `http://127.0.0.1:${options.consolePort}` } : {};
  // The sandbox, and the servers of tests.
  const loopback = { MAILFLEET_ALLOWED_PRIVATE_NETWORKS: "127.0.0.0/8,::1" };
  const own: Record<ServiceName, Record<string, string>> = {
    config: { ...url },
    scheduler: {},
    "inbound-sync": { ...loopback, MAILFLEET_OPEN_KEYS: keys.mailboxOpenKeys },
    "outbound-send": { ...loopback, MAILFLEET_OPEN_KEYS: keys.mailboxOpenKeys },
    alerting: { ...url, ...loopback, MAILFLEET_NOTIFY_OPEN_KEYS: keys.notifyOpenKeys },
    console: {
      ...url,
      MAILFLEET_SEAL_KEY: keys.mailboxSealKey,
      MAILFLEET_NOTIFY_SEAL_KEY: keys.notifySealKey,
      MAILFLEET_CONSOLE_HOST: "127.0.0.1",
      MAILFLEET_CONSOLE_PORT: String(options.consolePort),
      // Nobody is in front of it.
      MAILFLEET_CONSOLE_DRAIN_MS: "0",
      MAILFLEET_ADMIN_TOKEN_FILE: options.adminTokenFile,
    },
  };
  return (service) => ({ ...shared, ...options.places(service), ...own[service] });
}
