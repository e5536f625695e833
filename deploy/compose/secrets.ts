import { mongoRolesScript, natsAccount, outsideAccount, outsideUser, roleOf, variables } from "@mailfleet/topology";

/** Who signs in at MongoDB: the services, the topology step, and the one who ends a hold. */
const mongoUsers = [...Object.keys(variables), "restore"];

const database = "mailfleet";

/**
 * The files that follow from the nkeys of NATS and the passwords of MongoDB, by name: configuration and users of both engines,
 * and for each user the address of MongoDB with its password. `outside`: accounts of NATS that may read facts, each with one user
 * (`outsideUser`). Written anew with each upgrade, because rights change.
 */
export function secretFiles(
  publicNkeys: ReadonlyMap<string, string>,
  passwordOf: (user: string) => string,
  outside: readonly string[] = [],
): Readonly<Record<string, string>> {
  const mongoUrls = mongoUsers.map((user) => [
    `${user}-mongo-url`,
    `mongodb://${user}:${passwordOf(user)}@mongodb:27017/?replicaSet=rs0&authSource=${database}\n`,
  ]);
  return {
    "nats.conf": natsConfiguration(publicNkeys, outside),
    "mongo-users.js": mongoScript(passwordOf),
    "mongo-tools.yaml": mongoTools(passwordOf("administrator")),
    ...Object.fromEntries(mongoUrls),
  };
}

/** For `--config` of mongodump and mongorestore, which take no password from a file otherwise. */
function mongoTools(password: string): string {
  return `# Written by npm run secrets.
uri: "mongodb://administrator:${password}@mongodb:27017/?replicaSet=rs0&authSource=admin"
`;
}

function natsConfiguration(publicNkeys: ReadonlyMap<string, string>, outside: readonly string[]): string {
  const accounts = outside.map((account) => outsideAccount(account, publicNkeys.get(outsideUser(account)) ?? ""));
  return `# Written by npm run secrets.
port: 4222
# For the health check only.
http: "127.0.0.1:8222"
jetstream { store_dir: "/data" }
accounts {
${natsAccount(publicNkeys, outside)}${accounts.join("")}}
`;
}

/** For mongosh on the machine itself: makes the replica set and the first user once, then roles and users. */
function mongoScript(passwordOf: (user: string) => string): string {
  const administrator = JSON.stringify(passwordOf("administrator"));
  const ours = mongoUsers.map((user) => {
    const [name, given] = [
      JSON.stringify(user),
      JSON.stringify({ pwd: passwordOf(user), roles: [{ role: roleOf(user), db: database }] }),
    ];
    return `db.getUser(${name}) ? db.updateUser(${name}, ${given}) : db.createUser({ user: ${name}, ...${given} });`;
  });
  return `// Written by npm run secrets.
const admin = db.getSiblingDB("admin");
const signIn = () => {
  try {
    return admin.auth("administrator", ${administrator}).ok === 1;
  } catch {
    return false;
  }
};
const becomePrimary = () => {
  while (!admin.runCommand({ hello: 1 }).isWritablePrimary) sleep(200);
};
if (!signIn()) {
  try {
    rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "mongodb:27017" }] });
  } catch (error) {
    if (error.codeName !== "AlreadyInitialized") throw error;
  }
  becomePrimary();
  admin.createUser({ user: "administrator", pwd: ${administrator}, roles: ["root"] });
  signIn();
}
becomePrimary();
${mongoRolesScript(database)}
${ours.join("\n")}
print("The roles and users are up to date.");
`;
}
