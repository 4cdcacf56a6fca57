import type { Options } from "./options.js";

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

/** The settings that a Next.js build puts in the place of these very expressions. */
export const environment = (): Options => {
  try {
    return {
      endpoint: process.env.NEXT_PUBLIC_CLICKSTREAM_ENDPOINT,
      batchSize: process.env.NEXT_PUBLIC_CLICKSTREAM_BATCH_SIZE,
      flushInterval: process.env.NEXT_PUBLIC_CLICKSTREAM_FLUSH_INTERVAL_MS,
    };
  } catch {
    return {}; // no such thing as `process` in a plain browser
  }
};
