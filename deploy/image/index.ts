/** Images of the services, and how containers of them are started where Debian's podman is. */
export { type Podman, podman, podmanMissing } from "./podman.ts";
