/** Real engines and small tools for the test suites of every package. */
export type { Cluster, ClusterMember } from "../engines/cluster.ts";
export type { Engine } from "../engines/engine.ts";
export { type EventuallyOptions, eventually } from "../engines/eventually.ts";
export { freePort } from "../engines/free-port.ts";
export { startGuarded } from "../engines/guarded-program.ts";
export type { MongoCluster } from "../engines/mongo-cluster.ts";
export type { NatsCluster } from "../engines/nats-cluster.ts";
export { installCommand, installMissingPackages, missingPackages } from "./debian-packages.ts";
export type { DovecotPorts } from "./dovecot-configuration.ts";
export type { DovecotOauth } from "./dovecot-sign-in.ts";
export { keepOutput, watchSecret } from "./kept-output.ts";
export { type MailServersAvailability, mailServers } from "./mail-servers.ts";
export { dropIntoMaildir, listMaildir } from "./maildir.ts";
export { type Dovecot, type DovecotOptions, startDovecot } from "./start-dovecot.ts";
export {
  startMongo,
  startMongoCluster,
  startNats,
  startNatsCluster,
  type TestMongo,
  tempDir,
} from "./start-engines.ts";
export { type Postfix, type PostfixOptions, startPostfix } from "./start-postfix.ts";
export { type LinkState, startTcpProxy, type TcpProxy, type TcpProxyOptions } from "./tcp-proxy.ts";
