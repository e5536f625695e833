/** Real engines and small tools for the test suites of every package. */

export {
  CONTAINERS_VARIABLE,
  type ContainerEngine,
  containerEngine,
  NoContainerEngine,
  startContainerEngine,
} from "../containers/container-engine.ts";
export { startContainer } from "../containers/start-container.ts";
export type { Cluster, ClusterMember } from "../engines/cluster.ts";
export { MONGO_PROGRAM, NATS_PROGRAM } from "../engines/engine-programs.ts";
export { eventually } from "../engines/eventually.ts";
export { findEngine } from "../engines/find-engine.ts";
export { freePort } from "../engines/free-port.ts";
export { startGuarded } from "../engines/guarded-program.ts";
export type { MongoCluster } from "../engines/mongo-cluster.ts";
export type { NatsCluster } from "../engines/nats-cluster.ts";
export { type NatsAddress, natsRequest } from "../engines/nats-request.ts";
export { applyTopology } from "../engines/topology-step.ts";
export { endWithParent } from "../stack/end-with-parent.ts";

export { axeViolations } from "./axe.ts";
export { installCommand, missingPackages } from "./debian-packages.ts";
export { type FakeInbox, type FakeMessage, fakeInbox, inboxReply } from "./fake-inbox.ts";
export { hostileWords } from "./hostile-words.ts";
export { liveBytes } from "./live-bytes.ts";
export { mailServers } from "./mail-servers.ts";
export { dropIntoMaildir } from "./maildir.ts";
export { noNamesOutside, runSchemathesis, withoutSchemathesis } from "./schemathesis/run-schemathesis.ts";
export {
  type GmailAnswer,
  type GmailScript,
  type ScriptedGmailMessage,
  scriptedGmail,
} from "./scripted-gmail.ts";
export {
  type ScriptedImap,
  scriptedImap,
} from "./scripted-imap.ts";
export {
  type Pop3Script,
  type ScriptedMessage,
  scriptedPop3,
  usualCapabilities,
} from "./scripted-pop3.ts";
export { mountSmallDisk } from "./small-disk.ts";
export { startChromium } from "./start-chromium.ts";
export { type Dovecot, type DovecotOptions, startDovecot } from "./start-dovecot.ts";
export {
  placesFor,
  startMongo,
  startMongoCluster,
  startNats,
  startNatsCluster,
  startStandaloneMongo,
  type TestMongo,
  tempDir,
} from "./start-engines.ts";
export { startMongoWithUsers } from "./start-mongo-with-users.ts";
export { startOlderNats } from "./start-older-nats.ts";
export { startOtlpReceiver } from "./start-otlp-receiver.ts";
export { type Postfix, startPostfix } from "./start-postfix.ts";
export { type LinkState, startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
export { startTlsPort } from "./tls-port.ts";
export { startUpgradingPort } from "./upgrading-port.ts";
export { leastCpuMs, longestFor, memoryOf } from "./what-it-costs.ts";
