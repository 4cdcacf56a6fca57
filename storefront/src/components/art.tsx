import type { ReactNode } from "react";

/** A drawing of what a product looks like: the shape by its kind, the colours by its id. */
export function Art({ product }: { product: { id: string; name: string; category: string } }) {
  const seed = [...product.id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7);
  const hue = (seed * 47) % 360;
  const draw = DRAWINGS[product.category] ?? accessory;
  return (
    <svg className="art" viewBox="0 0 240 180" role="img" aria-label={product.name} style={{ "--hue": hue, "--hue2": (hue + 40 + (seed % 60)) % 360 } as React.CSSProperties}>
      <defs>
        <linearGradient id={`screen-${product.id}`} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" className="art-from" />
          <stop offset="1" className="art-to" />
        </linearGradient>
        <clipPath id={`glass-${product.id}`}>{glassOf(product)}</clipPath>
      </defs>
      {draw({ name: product.name, seed, fill: `url(#screen-${product.id})`, clip: `url(#glass-${product.id})` })}
    </svg>
  );
}

interface Subject {
  name: string;
  seed: number;
  fill: string;
  /** What keeps a wallpaper within its screen. */
  clip: string;
}

const isWide = (name: string) => /27|32/.test(name);

function glassOf({ name, category }: { name: string; category: string }): ReactNode {
  if (category === "Laptop") return <rect x="50" y="34" width="140" height="88" rx="2" />;
  if (category === "Monitor") return isWide(name) ? <rect x="30" y="26" width="180" height="98" rx="2" /> : <rect x="44" y="26" width="152" height="98" rx="2" />;
  return <rect x="18" y="42" width="204" height="104" rx="10" />;
}

const shadow = (cx: number, cy: number, rx: number) => <ellipse className="art-shadow" cx={cx} cy={cy} rx={rx} ry={5} />;

/** What the screens show: hills, bands or a planet. */
function wallpaper({ seed, clip }: Subject, x: number, y: number, w: number, h: number): ReactNode {
  const kind = seed % 3;
  if (kind === 0)
    return (
      <g clipPath={clip}>
        <path className="art-glow" d={`M${x} ${y + h} V${y + h * 0.62} q${w * 0.22} ${-h * 0.34} ${w * 0.46} ${-h * 0.04} t${w * 0.54} ${-h * 0.12} V${y + h} Z`} />
        <circle className="art-glow" cx={x + w * 0.74} cy={y + h * 0.28} r={h * 0.12} />
      </g>
    );
  if (kind === 1)
    return (
      <g clipPath={clip}>
        <path className="art-glow" d={`M${x} ${y + h} L${x + w * 0.55} ${y} H${x + w * 0.72} L${x + w * 0.17} ${y + h} Z`} />
        <path className="art-glow" d={`M${x + w * 0.36} ${y + h} L${x + w * 0.91} ${y} H${x + w} V${y + h * 0.1} L${x + w * 0.5} ${y + h} Z`} />
      </g>
    );
  return (
    <g clipPath={clip}>
      <circle className="art-glow" cx={x + w * 0.5} cy={y + h * 1.02} r={h * 0.62} />
      <circle className="art-glow" cx={x + w * 0.5} cy={y + h * 1.02} r={h * 0.4} />
    </g>
  );
}

function laptop(subject: Subject) {
  const { name, fill } = subject;
  const isGaming = /RTX/.test(name);
  return (
    <>
      {shadow(120, 150, 104)}
      <rect className="art-dark" x="44" y="28" width="152" height="102" rx={isGaming ? 3 : 8} />
      <rect fill={fill} x="50" y="34" width="140" height="88" rx="2" />
      {wallpaper(subject, 50, 34, 140, 88)}
      <path className="art-body" d={isGaming ? "M38 130 H202 L222 147 H18 Z" : "M42 130 H198 L220 144 Q220 149 214 149 H26 Q20 149 20 144 Z"} />
      <path className={isGaming ? "art-accent" : "art-line"} d="M54 135 H186 L191 140 H49 Z" />
      <rect className="art-edge" x="100" y="143" width="40" height="2.5" rx="1" />
    </>
  );
}

function monitor(subject: Subject) {
  const { name, fill } = subject;
  const [x, w] = isWide(name) ? [26, 188] : [40, 160];
  return (
    <>
      {shadow(120, 164, 58)}
      <path className="art-edge" d="M112 128 h16 l4 28 h-24 Z" />
      <rect className="art-body" x="82" y="155" width="76" height="7" rx="3.5" />
      <rect className="art-dark" x={x} y="22" width={w} height="110" rx="5" />
      <rect fill={fill} x={x + 4} y="26" width={w - 8} height="98" rx="2" />
      {wallpaper(subject, x + 4, 26, w - 8, 98)}
    </>
  );
}

function keyboard({ name, seed }: Subject) {
  const columns = /TKL|87|75|K2|Q1|007|Air|K380|K8|V1/.test(name) ? 14 : 17;
  const size = 190 / columns;
  const keys = Array.from({ length: 5 }, (_, row) => {
    const space = row === 4 ? { from: 3, to: 8 } : null;
    return Array.from({ length: columns }, (_, column) => {
      if (space && column > space.from && column <= space.to) return null;
      const width = space?.from === column ? size * (space.to - space.from + 1) : size;
      const isAccent = (row === 0 && column === 0) || (row === 2 && column === columns - 1) || (seed * (row + 3) * (column + 7)) % 29 === 0;
      return <rect key={`${row}.${column}`} className={isAccent ? "art-accent" : column < 1 || column > columns - 3 ? "art-key2" : "art-key"} x={25 + column * size + 0.8} y={60 + row * 14} width={width - 1.6} height="12" rx="2.4" />;
    });
  });
  return (
    <>
      {shadow(120, 148, 106)}
      <rect className="art-body" x="16" y="50" width="208" height="90" rx="10" />
      <rect className="art-dark" x="20" y="54" width="200" height="80" rx="7" />
      {keys}
    </>
  );
}

function mouse({ name, seed }: Subject) {
  const isCabled = /Essential|G102|Basilisk V3|Rival/.test(name);
  const isShaped = /MX|Basilisk|M331|DeathAdder/.test(name);
  return (
    <>
      {shadow(120, 160, 46)}
      {isCabled && <path className="art-cable" d={`M120 34 C120 8 ${seed % 2 ? 176 : 70} 30 ${seed % 2 ? 206 : 36} 6`} />}
      <path className="art-body" d={isShaped ? "M120 30 C150 30 164 52 166 84 C168 126 158 158 122 158 C86 158 72 132 72 98 C66 94 66 78 76 72 C80 46 94 30 120 30 Z" : "M120 28 C150 28 162 50 162 88 C162 134 150 158 120 158 C90 158 78 134 78 88 C78 50 90 28 120 28 Z"} />
      <path className="art-line" d="M120 30 V84 M80 88 Q120 98 162 88" />
      <rect className="art-dark" x="113" y="44" width="14" height="30" rx="7" />
      <rect className="art-accent" x="116.5" y="50" width="7" height="18" rx="3.5" />
      <circle className="art-accent" cx="120" cy="128" r="4" />
    </>
  );
}

function headphones({ name, fill }: Subject) {
  if (/AirPods|WF-/.test(name))
    return (
      <>
        {shadow(120, 150, 64)}
        <path className="art-edge" d="M66 84 q0 -50 54 -50 t54 50 Z" />
        {[-1, 1].map((side) => (
          <g key={side} transform={`translate(120 0) scale(${side} 1)`}>
            <path className="art-key" d="M14 40 q24 -12 30 8 q2 16 -14 20 v30 h-12 V62 q-12 -10 -4 -22 Z" />
            <path className="art-dark" d="M36 46 q6 4 3 12 l-4 1 q2 -7 -3 -10 Z" />
          </g>
        ))}
        <path className="art-body" d="M60 84 h120 v36 q0 28 -30 28 H90 q-30 0 -30 -28 Z" />
        <circle className="art-accent" cx="120" cy="106" r="3" />
      </>
    );
  const hasBoom = /Cloud|G Pro|G435|Shark|Barracuda|Arctis|Quantum/.test(name);
  return (
    <>
      {shadow(120, 160, 74)}
      <path className="art-band" d="M62 104 C56 12 184 12 178 104" />
      <path className="art-band2" d="M74 66 C88 26 152 26 166 66" />
      {[44, 164].map((x) => (
        <g key={x}>
          <rect className="art-dark" x={x} y="88" width="32" height="62" rx="15" />
          <rect fill={fill} x={x + (x < 100 ? -6 : 14)} y="96" width="24" height="46" rx="12" />
        </g>
      ))}
      {hasBoom && (
        <>
          <path className="art-cable" d="M52 142 C58 166 84 168 104 160" />
          <rect className="art-accent" x="100" y="155" width="18" height="9" rx="4.5" />
        </>
      )}
    </>
  );
}

const THINGS: [RegExp, (subject: Subject) => ReactNode][] = [
  [/Portable SSD/, ({ fill }) => (
    <>
      <rect className="art-body" x="76" y="30" width="88" height="122" rx="16" />
      <rect fill={fill} x="84" y="38" width="72" height="70" rx="10" />
      <rect className="art-dark" x="108" y="142" width="24" height="5" rx="2.5" />
      <circle className="art-line" cx="120" cy="126" r="7" />
    </>
  )],
  [/SSD/, ({ fill }) => (
    <g transform="rotate(-14 120 95)">
      <rect className="art-board" x="24" y="70" width="192" height="52" rx="3" />
      <rect fill={fill} x="34" y="76" width="122" height="40" rx="3" />
      <rect className="art-dark" x="164" y="80" width="22" height="32" rx="2" />
      {[0, 1, 2, 3, 4, 5, 6].map((i) => <rect key={i} className="art-gold" x="206" y={74 + i * 6.4} width="10" height="4" />)}
    </g>
  )],
  [/DDR5/, () => (
    <>
      {[0, 26].map((y) => (
        <g key={y} transform={`translate(${y / 4} ${y})`}>
          <path className="art-body" d="M22 56 H204 L212 64 V96 H22 Z" />
          <path className="art-accent" d="M34 64 h84 l-8 8 H34 Z" />
          <rect className="art-board" x="22" y="96" width="190" height="8" />
          {Array.from({ length: 22 }, (_, i) => <rect key={i} className="art-gold" x={28 + i * 8.2} y="98" width="5" height="6" />)}
        </g>
      ))}
    </>
  )],
  [/Hub/, () => (
    <>
      <path className="art-cable" d="M60 92 C20 92 20 40 58 34" />
      <rect className="art-dark" x="54" y="27" width="20" height="13" rx="3" />
      <rect className="art-body" x="58" y="68" width="150" height="48" rx="10" />
      {[74, 104, 134].map((x) => <rect key={x} className="art-dark" x={x} y="86" width="22" height="10" rx="2" />)}
      <rect className="art-dark" x="166" y="86" width="14" height="8" rx="4" />
      <circle className="art-accent" cx="193" cy="91" r="4" />
    </>
  )],
  [/Charger/, () => (
    <>
      <rect className="art-body" x="78" y="44" width="84" height="96" rx="14" />
      <rect className="art-gold" x="96" y="24" width="10" height="22" rx="2" />
      <rect className="art-gold" x="134" y="24" width="10" height="22" rx="2" />
      <rect className="art-dark" x="104" y="84" width="32" height="11" rx="5.5" />
      <rect className="art-dark" x="104" y="104" width="32" height="11" rx="5.5" />
      <rect className="art-accent" x="104" y="124" width="32" height="9" rx="2" />
    </>
  )],
  [/Cable/, () => (
    <>
      <circle className="art-coil" cx="120" cy="92" r="50" />
      <circle className="art-coil" cx="120" cy="92" r="40" />
      <circle className="art-coil" cx="120" cy="92" r="30" />
      <path className="art-cable" d="M70 92 C52 120 44 128 36 140" />
      <path className="art-cable" d="M170 92 C190 120 196 128 204 140" />
      <path className="art-dark" d="M22 138 h28 v14 l-5 6 h-18 l-5 -6 Z" />
      <path className="art-dark" d="M190 138 h28 v14 l-5 6 h-18 l-5 -6 Z" />
    </>
  )],
  [/Webcam/, ({ fill }) => (
    <>
      <rect className="art-body" x="40" y="48" width="160" height="56" rx="28" />
      <circle className="art-dark" cx="120" cy="76" r="23" />
      <circle fill={fill} cx="120" cy="76" r="15" />
      <circle className="art-glow" cx="114" cy="70" r="4" />
      <circle className="art-accent" cx="166" cy="76" r="3" />
      <path className="art-edge" d="M104 104 h32 l6 34 h-44 Z" />
      <rect className="art-body" x="76" y="136" width="88" height="8" rx="4" />
    </>
  )],
  [/Mat/, (subject) => (
    <>
      <rect fill={subject.fill} x="18" y="42" width="204" height="104" rx="10" />
      {wallpaper(subject, 18, 42, 204, 104)}
      <rect className="art-stitch" x="22" y="46" width="196" height="96" rx="7" />
    </>
  )],
  [/Router/, () => (
    <>
      {[48, 92, 148, 192].map((x, i) => <rect key={x} className="art-dark" x={x - 3.5} y="26" width="7" height="78" rx="3.5" transform={`rotate(${(i - 1.5) * 7} ${x} 104)`} />)}
      <path className="art-body" d="M30 100 H210 Q218 100 220 108 L226 138 Q226 146 218 146 H22 Q14 146 14 138 L20 108 Q22 100 30 100 Z" />
      {[96, 108, 120, 132, 144].map((x) => <circle key={x} className="art-accent" cx={x} cy="124" r="2.6" />)}
    </>
  )],
  [/UB500/, () => (
    <>
      <rect className="art-gold" x="92" y="34" width="56" height="48" rx="4" />
      <rect className="art-dark" x="102" y="44" width="12" height="12" />
      <rect className="art-dark" x="126" y="44" width="12" height="12" />
      <rect className="art-body" x="82" y="80" width="76" height="66" rx="10" />
      <path className="art-mark" d="M112 102 l18 18 l-10 9 v-36 l10 9 l-18 18" />
    </>
  )],
  [/Sleeve/, ({ fill }) => (
    <>
      <rect fill={fill} x="34" y="40" width="172" height="112" rx="14" />
      <path className="art-stitch" d="M40 62 H200" />
      <rect className="art-dark" x="172" y="56" width="20" height="7" rx="3.5" />
      <rect className="art-glow" x="52" y="94" width="96" height="44" rx="6" />
    </>
  )],
  [/Arm/, () => (
    <>
      <rect className="art-body" x="40" y="138" width="52" height="12" rx="4" />
      <path className="art-arm" d="M66 138 V96 L120 60 L168 78" />
      <circle className="art-accent" cx="66" cy="96" r="7" />
      <circle className="art-accent" cx="120" cy="60" r="7" />
      <rect className="art-dark" x="166" y="36" width="10" height="84" rx="4" />
      <rect className="art-body" x="176" y="56" width="10" height="44" rx="2" />
    </>
  )],
  [/Stand/, () => (
    <>
      <path className="art-arm" d="M52 150 L96 74" />
      <path className="art-body" d="M40 148 h120 q8 0 8 8 H32 q0 -8 8 -8 Z" />
      <path className="art-body" d="M72 84 L190 44 l4 11 L76 96 Z" />
      <rect className="art-accent" x="180" y="34" width="9" height="16" rx="3" transform="rotate(-19 184 42)" />
    </>
  )],
  [/Stream Deck/, ({ seed }) => (
    <>
      <path className="art-edge" d="M60 140 H180 l12 14 H48 Z" />
      <rect className="art-body" x="36" y="38" width="168" height="106" rx="12" />
      {Array.from({ length: 15 }, (_, i) => <rect key={i} className={(seed + i * 7) % 4 ? "art-dark" : "art-accent"} x={47 + (i % 5) * 30} y={50 + Math.floor(i / 5) * 29} width="25" height="24" rx="5" />)}
    </>
  )],
];

function accessory(subject: Subject) {
  const drawn = THINGS.find(([pattern]) => pattern.test(subject.name))?.[1];
  return (
    <>
      {shadow(120, 160, 84)}
      {drawn ? drawn(subject) : <rect className="art-body" x="60" y="40" width="120" height="100" rx="14" />}
    </>
  );
}

const DRAWINGS: Record<string, (subject: Subject) => ReactNode> = {
  Laptop: laptop, Monitor: monitor, Keyboard: keyboard, Mouse: mouse, Headphones: headphones, Accessories: accessory,
};
