import { MongoClient, MongoServerError } from "mongodb";
import type { MongoUsers } from "./engine-users.ts";

const AUTHENTICATION_FAILED = 18;

/** Connects to one member, as the administrator where there are users; before the first is made, as the machine itself. */
export async function connectMember(
  host: string,
  users: MongoUsers | undefined,
  patienceMs = 10_000,
): Promise<MongoClient> {
  const address = `mongodb://${host}/?directConnection=true`;
  const options = { serverSelectionTimeoutMS: patienceMs };
  if (!users) return new MongoClient(address, options);
  const client = new MongoClient(users.administratorUrl(address), options);
  try {
    return await client.connect();
  } catch (error) {
    await client.close();
    if (!(error instanceof MongoServerError && error.code === AUTHENTICATION_FAILED)) throw error;
    return new MongoClient(address, options);
  }
}

/** Makes the administrator where there is none. The member takes writes. */
export async function makeAdministrator(host: string, users: MongoUsers): Promise<void> {
  const client = await connectMember(host, users);
  const administrator = { createUser: "administrator", pwd: users.password, roles: ["root"] };
  // Only who is not signed in may, and only once.
  await client.db("admin").command(administrator).catch(ignoreThere);
  await client.close();
}

/**
 * Makes the roles for one database, in that database, and a user of each, or brings them up to date. `address`: of the set,
 * with the administrator in it.
 */
export async function makeDatabaseUsers(address: string, users: MongoUsers, database: string): Promise<void> {
  const client = new MongoClient(address);
  const db = client.db(database);
  const made = users.rolesOf(database).map(async ({ role, ...rest }) => {
    await db.command({ createRole: role, ...rest }).catch(async (error: unknown) => {
      ignoreThere(error);
      await db.command({ updateRole: role, ...rest });
    });
    const user = { createUser: role.replace("mailfleet-", ""), pwd: users.password, mechanisms: ["SCRAM-SHA-256"] };
    await db.command({ ...user, roles: [role] }).catch(ignoreThere);
  });
  try {
    await Promise.all(made);
  } finally {
    await client.close();
  }
}

/** Removes a database, and the users and roles in it. */
export async function dropDatabase(address: string, database: string): Promise<void> {
  const client = new MongoClient(address);
  const db = client.db(database);
  try {
    await db.command({ dropAllUsersFromDatabase: 1 });
    await db.command({ dropAllRolesFromDatabase: 1 });
    await db.dropDatabase();
  } finally {
    await client.close();
  }
}

/** MongoDB's codes for a role and for a user that is there already. */
const there: ReadonlySet<unknown> = new Set([51002, 51003]);
function ignoreThere(error: unknown): void {
  if (!(error instanceof MongoServerError && there.has(error.code))) throw error;
}
