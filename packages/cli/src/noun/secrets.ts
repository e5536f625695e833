import { type AnyNoun, kebab, type SecretField } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, readText } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";

type Options = Readonly<Record<string, unknown>>;

/** `inboundCredentials` as the option of its user name: `inbound-username`. */
const usernameFlag = (secret: string) =>
  `${kebab(secret)
    .replace(/-?credentials$/, "-username")
    .replace(/^-/, "")}`;
const keyOf = (flag: string) => flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
const signingFlag = "signing-secret-file";
const vaultSecretFlag = "key-vault-secret-file";
const oauthFlags = ["client-secret-file", "certificate", "service-account-key", vaultSecretFlag] as const;
/** Where the certificate is, by the name of its field. */
const vaultFlags = {
  url: "key-vault",
  certificateName: "key-vault-certificate",
  certificateVersion: "key-vault-version",
  clientId: "key-vault-client-id",
} as const;

/** Adds the options by which secrets come along. Secrets are never arguments: they come from files or are
 * asked for. `alone`: the command is about nothing else. */
export function addSecretFlags(command: Command, secrets: AnyNoun["secrets"], alone = false): Command {
  const kinds = Object.values(secrets).map(({ kind }) => kind);
  for (const [name, { kind, text }] of Object.entries(secrets))
    if (kind === "credentials")
      command[alone ? "requiredOption" : "option"](
        `--${usernameFlag(name)} <name>`,
        `${text}; this is the user name, the password is asked for`,
      );
  if (kinds.includes("credentials")) command.option("--password-stdin", "read the password from standard input");
  if (kinds.includes("signing-secret"))
    command[alone ? "requiredOption" : "option"](
      `--${signingFlag} <file>`,
      "file that holds the secret (`whsec_…`); - reads standard input",
    );
  if (!kinds.includes("oauth-secret")) return command;
  return command
    .option("--client-secret-file <file>", "file that holds the client secret; - reads standard input")
    .option("--certificate <file>", "PEM file with certificate and private key, instead of a secret")
    .option("--service-account-key <file>", "JSON key of a service account; - reads standard input")
    .option(`--${vaultFlags.url} <url>`, "Azure Key Vault that holds the certificate, instead of a file")
    .option(`--${vaultFlags.certificateName} <name>`, "name of the certificate in the vault")
    .option(`--${vaultFlags.certificateVersion} <version>`, "a version of it; the newest if absent")
    .option(`--${vaultFlags.clientId} <id>`, "application that may read the vault's secrets")
    .option(`--${vaultSecretFlag} <file>`, "file that holds that application's secret; - reads standard input");
}

async function textIn(cli: Cli, file: string): Promise<string> {
  return file === "-" ? (await cli.terminal.readInput()).toString("utf8") : readText(file);
}

async function oauthSecretOf(cli: Cli, options: Options): Promise<object | undefined> {
  const given = oauthFlags.filter((flag) => options[keyOf(flag)] !== undefined);
  if (given.length > 1)
    throw new UsageError(
      `Name one of --client-secret-file, --certificate, --service-account-key and --${vaultSecretFlag}.`,
    );
  const [flag] = given;
  const vault = Object.entries(vaultFlags).flatMap(([field, name]) => {
    const value = options[keyOf(name)];
    return value === undefined ? [] : [[field, value] as const];
  });
  if (vault.length > 0 && flag !== vaultSecretFlag)
    throw new UsageError(
      `The certificate in a key vault is read with a secret: name its file in --${vaultSecretFlag}.`,
    );
  if (flag === undefined) return undefined;
  const text = await textIn(cli, String(options[keyOf(flag)]));
  if (flag === "service-account-key") return { serviceAccountKey: text };
  if (flag === "certificate") return { certificate: text };
  if (text.trim() === "") throw new UsageError("The client secret is empty.");
  if (flag === vaultSecretFlag) return { keyVault: { ...Object.fromEntries(vault), clientSecret: text.trim() } };
  return { clientSecret: text.trim() };
}

/** Secrets that go along, from files, standard input or the keyboard. Standard input holds only one. */
export async function secretsOf(
  cli: Cli,
  secrets: AnyNoun["secrets"],
  options: Options,
): Promise<Record<string, unknown>> {
  const fromInput = [
    options.passwordStdin,
    options.file === "-",
    ...oauthFlags.map((flag) => options[keyOf(flag)] === "-"),
  ];
  if (fromInput.filter(Boolean).length > 1) throw new UsageError("Standard input can hold only one secret.");
  const users = new Map<string, string>();
  const sent: Record<string, unknown> = {};
  const named = Object.entries(secrets).flatMap(([name, { kind }]: [string, SecretField]) => {
    const username = kind === "credentials" ? options[keyOf(usernameFlag(name))] : undefined;
    return typeof username === "string" ? [[name, username] as const] : [];
  });
  if (options.passwordStdin && new Set(named.map(([, username]) => username)).size > 1)
    throw new UsageError("Standard input holds only one password: set the other one with its own command.");
  for (const [name, username] of named) {
    const password =
      users.get(username) ?? (await cli.password(options.passwordStdin === true, `Password of ${username}: `));
    users.set(username, password);
    sent[name] = { username, password };
  }
  for (const [name, { kind }] of Object.entries(secrets)) {
    const secret = kind === "oauth-secret" ? await oauthSecretOf(cli, options) : undefined;
    if (secret) sent[name] = secret;
    const file = options[keyOf(signingFlag)];
    if (kind === "signing-secret" && file !== undefined)
      sent[name] = { secret: (await textIn(cli, String(file))).trim() };
  }
  return sent;
}
