/** One server of a cluster. Its port and its data stay over `kill` and `restart`. */
export interface ClusterMember {
  readonly name: string;
  /** `127.0.0.1:<port>`, as clients and the other members call it. */
  readonly address: string;
  readonly pid: number;
  /** SIGKILL; resolves when it has gone. */
  kill(): Promise<void>;
  /** Starts it again on its port with its data; resolves when it listens, not when it has caught up. */
  restart(): Promise<void>;
}

/** Several local servers that form one cluster. */
export interface Cluster {
  /** Names every member. */
  readonly url: string;
  readonly members: readonly ClusterMember[];
  /** Resolves when a leader is there and every member has caught up. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}
