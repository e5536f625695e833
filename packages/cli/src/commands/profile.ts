import type { Command } from "commander";
import { type Cli, changeOf } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";
import { profileFields, profileSecrets } from "../profile-fields.ts";
import { type ProfileFlags, withProfileFlags } from "../profile-flags.ts";
import { profileColumns, profileWords, type ShownProfile } from "../profile-words.ts";
import { table } from "../table.ts";

/** An id, or the profile of that name. */
export async function profileIdOf(cli: Cli, idOrName: string): Promise<string> {
  if (/^pf_[a-z0-9]{4,40}$/.test(idOrName)) return idOrName;
  const found = (await (await cli.client()).list<ShownProfile>("/profiles")).filter((one) => one.name === idOrName);
  if (found.length === 1 && found[0]) return found[0].id;
  throw new UsageError(
    found.length === 0 ? `There is no profile ${idOrName}.` : `Several profiles are named ${idOrName}: give the id.`,
  );
}

const pathOf = async (cli: Cli, which: string) => `/profiles/${await profileIdOf(cli, which)}`;

function addReadingCommands(profile: Command, cli: Cli): void {
  profile
    .command("list")
    .description("all profiles")
    .action(async () => {
      const items = await (await cli.client()).list<ShownProfile>("/profiles");
      cli.show(items, (rows) => table(rows, profileColumns));
    });
  profile
    .command("show <profile>")
    .description("one profile, by id or name, with the addresses to enter at its provider")
    .action(async (which: string) =>
      cli.show(await (await cli.client()).get<ShownProfile>(await pathOf(cli, which)), profileWords),
    );
}

function addWritingCommands(profile: Command, cli: Cli): void {
  withProfileFlags(
    profile.command("create").description("create a profile; servers and ports you leave out are filled in"),
  )
    .option("--type <gmail|other>", "gmail fills in servers, ports and scopes")
    .action(async (flags: ProfileFlags) => {
      const fields = { ...(await profileFields(cli, flags)), ...(await profileSecrets(cli, flags)) };
      cli.show(await (await cli.client()).post<ShownProfile>("/profiles", fields), profileWords);
    });
  withProfileFlags(profile.command("update <profile>").description("change the fields you name")).action(
    async (which: string, flags: ProfileFlags) => {
      const client = await cli.client();
      const before = await client.get<ShownProfile>(await pathOf(cli, which));
      const fields = { ...(await profileFields(cli, flags, before)), ...(await profileSecrets(cli, flags)) };
      const options = { ifVersion: before.v };
      cli.show(await client.patch<ShownProfile>(`/profiles/${before.id}`, changeOf(fields), options), profileWords);
    },
  );
  profile
    .command("set-credentials <profile>")
    .description("set the profile's own credentials of one direction; the password is asked for")
    .requiredOption("--direction <inbound|outbound>")
    .requiredOption("--username <name>")
    .option("--password-stdin", "read the password from standard input")
    .action(async (which: string, flags: { direction: string; username: string; passwordStdin?: boolean }) => {
      const { direction, username } = flags;
      if (direction !== "inbound" && direction !== "outbound")
        throw new UsageError("--direction must be inbound or outbound.");
      const body = { username, password: await cli.password(flags.passwordStdin, `Password of ${username}: `) };
      const path = `${await pathOf(cli, which)}/${direction}-credentials`;
      cli.show(await (await cli.client()).put<ShownProfile>(path, body), profileWords);
    });
  profile
    .command("delete <profile>")
    .description("delete a profile that no mailbox uses")
    .action(async (which: string) => {
      await (await cli.client()).delete(await pathOf(cli, which));
      cli.show({ deleted: which }, () => `Deleted ${which}.`);
    });
  for (const verb of ["activate", "deactivate"] as const)
    profile
      .command(`${verb} <profile>`)
      .description(verb === "activate" ? "let its mailboxes work again" : "stop all of its mailboxes")
      .action(async (which: string) =>
        cli.show(await (await cli.client()).post<ShownProfile>(`${await pathOf(cli, which)}/${verb}`), profileWords),
      );
}

/** `mailfleet profile …` */
export function addProfileCommands(program: Command, cli: Cli): void {
  const profile = program.command("profile").description("servers that mailboxes use");
  addReadingCommands(profile, cli);
  addWritingCommands(profile, cli);
}
