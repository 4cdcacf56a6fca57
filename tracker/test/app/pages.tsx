import { type ComponentType, type ReactNode, StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { Identify, TrackProduct } from "../../src/react.js";
import { trackCustom } from "../../src/track.js";
import { push, usePathname } from "./router.js";

declare const ENDPOINT: string;

/** A title that comes after the page, as one that is streamed. */
function Title({ name }: { name: string }): ReactNode {
  const [isThere, setThere] = useState(name !== "account");
  useEffect(() => void setTimeout(() => setThere(true), 60), []);
  return isThere && <title>{`Page ${name}`}</title>;
}

function Routes(): ReactNode {
  const name = usePathname().split("/").pop()!;
  return (
    <>
      <Title key={name} name={name} />
      <p id={`at-${name}`}>{name}</p>
      {name.startsWith("sku") && <TrackProduct product={{ id: name, name: `Product ${name}` }} />}
    </>
  );
}

function App({ Provider }: { Provider: ComponentType<{ endpoint: string; flushInterval: number; children: ReactNode }> }) {
  const [user, setUser] = useState<string | null>(null);
  useEffect(() => trackCustom("shown"), []);
  const signIn = () => {
    setUser("u-1");
    push("account");
  };
  return (
    <Provider endpoint={ENDPOINT} flushInterval={150}>
      <Identify userId={user} source="cognito" />
      <Routes />
      <button id="sku" onClick={() => push("sku-1")}>Laptop</button>
      <button id="next" onClick={() => push("sku-2")}>Mouse</button>
      <button id="in" onClick={signIn}>Sign in</button>
    </Provider>
  );
}

export const show = (Provider: ComponentType<{ endpoint: string; flushInterval: number; children: ReactNode }>) =>
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <App Provider={Provider} />
    </StrictMode>,
  );
