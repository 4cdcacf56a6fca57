/** The optional parts for the script; `data-only="scrollDepth formSubmits"` names some of them. */
import * as extras from "./index.js";

const only = document.currentScript?.dataset.only;
for (const [name, start] of Object.entries(extras))
  if (!only || only.split(/[\s,]+/).includes(name)) start();
