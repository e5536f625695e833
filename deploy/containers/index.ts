/** Container engines for tests. */
export { type Podman, podman, podmanConfiguration, podmanMissing } from "./podman.ts";
