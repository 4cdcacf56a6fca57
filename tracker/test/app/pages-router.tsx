import { ClickstreamProvider } from "../../src/next-pages.js";
import { show } from "./pages.js";

show(ClickstreamProvider);
