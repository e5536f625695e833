import { CONTAINERS_VARIABLE, NoContainerEngine, startContainerEngine } from "../containers/container-engine.ts";
import { startMongo } from "../testing/start-engines.ts";

/** What test files are told so that their engines are containers, or why there can be none. */
export interface InContainers {
  readonly env: Readonly<Record<string, string>>;
  /** A sentence: nothing was started. */
  readonly missing?: string;
  stop(): Promise<void>;
}

/** Starts the container engine of a suite, and a MongoDB there that its files share. */
export async function inContainers(say: (text: string) => void): Promise<InContainers> {
  say("\npreparing containers …");
  try {
    const { engine, stop } = await startContainerEngine();
    const mongo = await startMongo({ own: true, engine }).catch(async (error) => {
      await stop();
      throw error;
    });
    return {
      env: {
        MAILFLEET_TEST_ENGINES: "containers",
        MAILFLEET_TEST_MONGO: new URL(mongo.url).host,
        [CONTAINERS_VARIABLE]: JSON.stringify(engine),
      },
      stop: async () => {
        await mongo.stop();
        await stop();
      },
    };
  } catch (error) {
    if (!(error instanceof NoContainerEngine)) throw error;
    return { env: {}, missing: error.message, stop: async () => {} };
  }
}
