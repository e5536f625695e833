import { MongoClient, MongoServerError } from "mongodb";
import type { MongoUsers } from "./engine-users.ts";

const AUTHENTICATION_FAILED = 18;

/** Connects to one member, as the administrator where there are users; before the first is made, as the machine itself. */
export async function connectMember(host: string, users: MongoUsers | undefined): Promise<MongoClient> {
  const address = `mongodb://${host}/?directConnection=true`;
  const options = { serverSelectionTimeoutMS: 10_000 };
  if (!users) return new MongoClient(address, options);
  const client = new MongoClient(users.urlOf("administrator", address), options);
  try {
    return await client.connect();
  } catch (error) {
    await client.close();
    if (!(error instanceof MongoServerError && error.code === AUTHENTICATION_FAILED)) throw error;
    return new MongoClient(address, options);
  }
}

/** Makes the administrator, the roles and a user of each, or brings them up to date. The member takes writes. */
export async function makeMongoUsers(host: string, users: MongoUsers): Promise<void> {
  const { password, roles } = users;
  const first = await connectMember(host, users);
  const administrator = { createUser: "administrator", pwd: password, roles: ["root"] };
  // Only who is not signed in may, and only once.
  await first.db("admin").command(administrator).catch(ignoreThere);
  await first.close();
  const client = await connectMember(host, users);
  const admin = client.db("admin");
  try {
    for (const { role, ...rest } of roles) {
      await admin.command({ createRole: role, ...rest }).catch(async (error: unknown) => {
        ignoreThere(error);
        await admin.command({ updateRole: role, ...rest });
      });
      const user = role.replace("mailfleet-", "");
      await admin.command({ createUser: user, pwd: password, roles: [role] }).catch(ignoreThere);
    }
  } finally {
    await client.close();
  }
}

/** MongoDB's codes for a role and for a user that is there already. */
const there: ReadonlySet<unknown> = new Set([51002, 51003]);
function ignoreThere(error: unknown): void {
  if (!(error instanceof MongoServerError && there.has(error.code))) throw error;
}
