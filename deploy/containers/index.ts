/** Container engines for tests. */
export { type Podman, podman, podmanMissing } from "./podman.ts";
