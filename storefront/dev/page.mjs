/** A page of the local issuer. What is put into it is written here, never by people. */
export const page = (title, body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"><title>${title} | Local issuer</title><style>
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:100dvh;margin:0;background:light-dark(#f2f0ea,#101211);color:light-dark(#1a1d1b,#eceee9)}
main{width:min(380px,calc(100vw - 32px));background:light-dark(#fff,#1c1f1d);border:1px solid light-dark(#e4e1d8,#2d322f);border-radius:16px;padding:28px}
h1{font-size:1.4rem;margin:0 0 8px}p{color:light-dark(#646a63,#9aa39b);font-size:.92rem}
label{display:block;font-size:.88rem;margin-top:12px}
input{display:block;width:100%;box-sizing:border-box;font:inherit;min-height:44px;border-radius:10px;border:1px solid light-dark(#d6d2c6,#3a403c);padding:0 12px;background:transparent;color:inherit;margin-top:4px}
button{margin-top:18px;width:100%;min-height:44px;border:0;border-radius:999px;font:inherit;font-weight:600;background:light-dark(#0c6b52,#5fcfa8);color:light-dark(#fff,#08251b);cursor:pointer}
</style></head><body><main><h1>${title}</h1>${body}</main></body></html>`;
