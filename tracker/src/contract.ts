/** The event contract's types, made from the Python structs; the build puts them beside this file. */
export type * from "../../src/clickstream/contract/event/1-0-0";
