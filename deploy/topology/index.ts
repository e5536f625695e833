/** Makes, changes and checks what Mailfleet needs in NATS and MongoDB, from what the services declare; says whose they are. */
export { confirm, showDeployment } from "./deployment/deployment.ts";
export { mongoRoles, mongoRolesScript, roleOf } from "./mongo-roles.ts";
export { natsAccount } from "./nats-users.ts";
export { nkeyFileOf, readOrMakeNkeys } from "./nkey-files.ts";
export { outsideAccount, outsideAccounts, outsideUser } from "./outside.ts";
export { topology } from "./topology.ts";
export { variables } from "./variables.ts";
