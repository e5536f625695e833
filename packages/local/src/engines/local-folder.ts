import { fileURLToPath } from "node:url";

/** The root of the checkout. */
export const CHECKOUT = fileURLToPath(new URL("../../../../", import.meta.url));

/** The git-ignored folder of the checkout: fetched engines, data of the local stack, caches. */
export const LOCAL_FOLDER = `${CHECKOUT}.local`;
