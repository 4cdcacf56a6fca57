import { PRIVATE } from "../click.js";
import { cleanUrl } from "../redact.js";
import { track } from "../track.js";
import { listen, once } from "./once.js";

const FILE = /\.(pdf|docx?|xlsx?|pptx?|csv|txt|rtf|zip|rar|7z|gz|exe|msi|dmg|pkg|deb|apk|mp[34]|mov|avi|wav)$/i;

/** The link under a click, of the left or the middle button; undefined in what is private. */
const onLink = (work: (link: HTMLAnchorElement) => void): void => {
  for (const name of ["click", "auxclick"])
    listen<MouseEvent>(name, ({ target, button, isTrusted }) => {
      const link = isTrusted && button < 2 && (target as Element).closest<HTMLAnchorElement>("a[href]");
      if (link && /^http/.test(link.protocol) && !(target as Element).closest(PRIVATE)) work(link);
    });
};

/** `outbound_click` events for links to other hosts. */
export const outboundLinks = /* @__PURE__ */ once(() =>
  onLink(({ href, host }) => {
    if (host !== location.host)
      track("outbound_click", { properties: { linkUrl: cleanUrl(href), linkDomain: host } });
  }),
);

/** `file_download` events for links to documents, archives, programs and media. */
export const fileDownloads = /* @__PURE__ */ once(() =>
  onLink(({ href, pathname, download }) => {
    const fileName = pathname.split("/").pop()!;
    const fileExtension = FILE.exec(fileName)?.[1]?.toLowerCase();
    if (fileExtension || download)
      track("file_download", { properties: { fileName, fileExtension, linkUrl: cleanUrl(href) } });
  }),
);
