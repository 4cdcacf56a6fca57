import { ClickstreamProvider } from "../../src/next.js";
import { show } from "./pages.js";

show(ClickstreamProvider);
