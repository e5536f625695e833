/** Files that the build takes along. */
declare module "*.css";
declare module "*.svg";
