export { declaredEvents } from "./attributes.js";
export { formSubmits } from "./forms.js";
export { deadClicks, rageClicks } from "./frustration.js";
export { fileDownloads, outboundLinks } from "./links.js";
export { scrollDepth } from "./scroll.js";
