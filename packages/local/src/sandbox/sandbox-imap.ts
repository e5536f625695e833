import { createServer, type Server, type Socket } from "node:net";
import hoodiecrow, { type Hoodiecrow, type HoodiecrowCommand, type HoodiecrowConnection } from "hoodiecrow-imap";

const plugins = ["ID", "IDLE", "NAMESPACE", "UIDPLUS", "UNSELECT", "LITERALPLUS"];

/** One account: its own IMAP server, since all logins of one hoodiecrow share a store. */
export interface ImapAccount {
  readonly address: string;
  password: string;
  readonly box: Hoodiecrow;
}

/** Makes an account with an empty inbox. */
export function imapAccount(address: string, password: string): ImapAccount {
  const storage = { INBOX: { uidvalidity: 7 }, "": { folders: { Sent: {} } } };
  const box = hoodiecrow({ plugins, users: {}, storage });
  box.setMaxListeners(0);
  return { address, password, box };
}

/** A listener that can go away and come back on the same port. */
export interface SandboxListener {
  readonly port: number;
  close(): Promise<void>;
  open(): Promise<void>;
}

/** The IMAP side: one port for all accounts. A client that signs in is connected to the account's own server. */
export async function listenImap(
  accounts: ReadonlyMap<string, ImapAccount>,
  wishedPort: number,
  signedIn: (account: ImapAccount) => void,
) {
  const connections = new Set<HoodiecrowConnection>();
  const front = hoodiecrow({ plugins, users: {} });
  // Each connection listens at the door until it has signed in.
  front.setMaxListeners(0);
  front.setCommandHandler("LOGIN", (connection, parsed, data, done) => {
    const [user, password] = (parsed.attributes ?? []).map(({ value }) => String(value));
    const account = accounts.get((user ?? "").toLowerCase());
    if (connection.state === "Not Authenticated" && account && account.password === password) {
      lead(connection, account.box);
      connection.state = "Authenticated";
      signedIn(account);
      answer(connection, parsed, data, "OK", "signed in");
    } else answer(connection, parsed, data, "NO", "[AUTHENTICATIONFAILED] Invalid user name or password");
    done();
  });
  front.connectionHandlers.push((connection) => {
    connections.add(connection);
    connection.socket.once("close", () => {
      connections.delete(connection);
      // An IDLE that nobody ended would keep its timer, and the process with it, for half an hour.
      if (connection.inputHandler) connection.inputHandler("DONE");
    });
  });
  const listener = await listenOn((socket) => front.createClient(socket), wishedPort);
  return {
    listener,
    /** How many connections of this account are in IDLE. */
    idling: ({ box }: ImapAccount) =>
      [...connections].filter(({ server, inputHandler }) => server === box && inputHandler).length,
  };
}

/** From now on this connection belongs to the account's server and is notified of its changes. */
function lead(connection: HoodiecrowConnection, box: Hoodiecrow): void {
  connection.server.removeListener("notify", connection._notificationCallback);
  connection.server = box;
  box.on("notify", connection._notificationCallback);
}

function answer(
  connection: HoodiecrowConnection,
  { tag }: HoodiecrowCommand,
  data: unknown,
  word: "OK" | "NO",
  text: string,
) {
  connection.send(
    { tag, command: word, attributes: [{ type: "TEXT", value: text }] },
    `LOGIN ${word}`,
    undefined,
    data,
  );
}

/** Listens on loopback and knows its open sockets, so that going away is sudden, as it is in life. */
export async function listenOn(serve: (socket: Socket) => void, wishedPort: number): Promise<SandboxListener> {
  const sockets = new Set<Socket>();
  let port = wishedPort;
  let server: Server;
  const open = async () => {
    server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => sockets.delete(socket));
      serve(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    const bound = server.address();
    if (bound && typeof bound === "object") port = bound.port;
  };
  await open();
  return {
    get port() {
      return port;
    },
    open,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
