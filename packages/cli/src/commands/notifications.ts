import type { NotificationSettings, NotificationTest } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, collect, wholeNumber } from "../cli.ts";
import { Failed } from "../exit-codes.ts";
import { type NotificationFlags, notificationChange, yesNo } from "../notification-change.ts";
import { notificationTestWords, notificationWords } from "../notification-words.ts";
import type { Shown } from "../shown.ts";

const path = "/settings/notifications";
/** Longer than all steps of a test together. */
const testTimeoutMs = 70_000;

/** `mailfleet notifications …` */
export function addNotificationCommands(program: Command, cli: Cli): void {
  const notifications = program
    .command("notifications")
    .description("how alerts are sent by e-mail: the mail server for notices");
  notifications
    .command("show")
    .description("mail server and recipients; secrets are never shown")
    .action(async () => {
      cli.show(await (await cli.client()).get<Shown<NotificationSettings>>(path), notificationWords);
    });
  notifications
    .command("set")
    .description("change the fields you name, all of them or none")
    .option("--enabled <yes|no>", "", yesNo("--enabled"))
    .option("--mode <smtp|api>", "by a relay, or by the provider's mail API")
    .option("--from <address>")
    .option("--to <address>", "may be repeated", collect)
    .option("--format <html|text>")
    .option("--relay-host <host>")
    .option("--relay-port <port>", "", wholeNumber("--relay-port", 1, 65_535))
    .option("--relay-security <none|starttls|tls>")
    .option("--relay-ca <file>", "PEM certificates of a private authority")
    .option("--authentication <none|basic|oauth>", "at the relay")
    .option("--username <name>", "user name at the relay; for basic the password is asked for")
    .option("--password-stdin", "read the password from standard input")
    .option("--provider <microsoft|google>", "of the application, for api and for oauth")
    .option("--tenant <id or domain>", "Microsoft")
    .option("--client-id <id>", "Microsoft")
    .option("--client-secret", "Microsoft: ask for the client secret")
    .option("--client-secret-stdin", "Microsoft: read the client secret from standard input")
    .option("--certificate <file>", "Microsoft: PEM of certificate and private key, instead of a secret")
    .option("--secret-expires <date>", "when the secret expires, at most 24 months ahead; none removes it")
    .option("--key <file>", "Google: the JSON key of the service account")
    .option("--project <id>", "Google: the project the key must belong to")
    .option("--scope <scope>", "instead of the usual one; may be repeated", collect)
    .option("--token-url <url>", "instead of the provider's")
    .option("--api-url <url>", "instead of the provider's")
    .option("--issuer <url>", "instead of the provider's")
    .action(async (flags: NotificationFlags) => {
      const change = await notificationChange(cli, path, flags);
      const client = await cli.client();
      cli.show(await client.patch<Shown<NotificationSettings>>(path, change), notificationWords);
    });
  notifications
    .command("test")
    .description("send a test message to all recipients and show the result of each step")
    .action(async () => {
      const client = await cli.client();
      const options = { timeoutMs: testTimeoutMs };
      const test = await client.post<Shown<NotificationTest>>(`${path}/test`, undefined, options);
      cli.show(test, notificationTestWords);
      if (test.outcome === "failed") throw new Failed();
    });
}
