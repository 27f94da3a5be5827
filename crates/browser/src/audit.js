// What a person would see of a page, as lists of what is wrong. Each function answers with sentences; none means well.
const audit = (() => {
  const TOLERANCE = 1.5; // CSS pixels: browsers place letters on fractions.

  const cut = text => { const t = text.trim().replace(/\s+/g, " "); return t.length > 60 ? t.slice(0, 59) + "…" : t; };
  const name = e => {
    const classes = e.getAttribute("class");
    return e.localName + (e.id ? "#" + e.id : "") + (classes ? "." + classes.trim().split(/\s+/).join(".") : "");
  };
  const place = e => { const it = e.closest("[id]"); return it && it !== e ? `${name(e)} in #${it.id}` : name(e); };
  const isSeen = e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: false });
  // An answer about an element that is asked for again and again.
  const once = ask => { const known = new Map(); return e => { if (!known.has(e)) known.set(e, ask(e)); return known.get(e); }; };
  // Text for screen readers alone is clipped away.
  const isClipped = once(e => e !== null && (getComputedStyle(e).clipPath.startsWith("inset(50%") || isClipped(e.parentElement)));
  const inSvg = e => e.ownerSVGElement != null;

  // Pieces of text that are on the screen: the node, its element, its boxes.
  let found = null;
  function texts() {
    if (found) return found;
    found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const e = node.parentElement;
      if (!node.data.trim() || ["style", "script", "title", "desc", "template"].includes(e.localName)) continue;
      if (!isSeen(e) || isClipped(e)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter(box => box.width > 0 && box.height > 0);
      if (boxes.length) found.push({ node, e, boxes });
    }
    return found;
  }

  // ---- colours -------------------------------------------------------------------------------------------------

  function colour(text) {
    const numbers = /^rgba?\(([^)]*)\)$/.exec(text);
    if (!numbers) return null;
    const [r, g, b, a = 1] = numbers[1].split(/[\s,/]+/).map(Number);
    return { r, g, b, a };
  }
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a), a: 1,
  });
  // Relative luminance and contrast: WCAG 2.2, definitions.
  function luminance({ r, g, b }) {
    const [x, y, z] = [r, g, b].map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  }
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };
  const canvas = once(() => {
    const probe = document.createElement("div");
    probe.style.cssText = "position:absolute;background:Canvas";
    document.body.append(probe);
    const answer = colour(getComputedStyle(probe).backgroundColor) || { r: 255, g: 255, b: 255, a: 1 };
    probe.remove();
    return answer;
  });
  const backgroundOf = once(e => {
    if (!e) return canvas();
    const layer = colour(getComputedStyle(e).backgroundColor);
    return layer && layer.a === 1 ? layer : over(layer || { r: 0, g: 0, b: 0, a: 0 }, backgroundOf(e.parentElement));
  });
  // The filled shapes of a drawing, in the order of painting, with their place.
  const shapesOf = once(svg => {
    const list = [...svg.querySelectorAll("rect, circle, ellipse, polygon")].map(e => {
      const style = getComputedStyle(e);
      const fill = colour(style.fill);
      return { e, box: e.getBoundingClientRect(), fill: fill && { ...fill, a: fill.a * style.fillOpacity * style.opacity } };
    });
    return list.filter(it => it.fill && it.fill.a > 0);
  });
  function backgroundAt(e, x, y) {
    const svg = e.ownerSVGElement;
    let below = backgroundOf(svg);
    for (const shape of shapesOf(svg)) {
      const comesAfter = !(e.compareDocumentPosition(shape.e) & Node.DOCUMENT_POSITION_PRECEDING);
      const { left, right, top, bottom } = shape.box;
      if (comesAfter || x < left || x > right || y < top || y > bottom) continue;
      below = over(shape.fill, below);
    }
    return below;
  }
  const middle = box => [box.left + box.width / 2, box.top + box.height / 2];

  // Text against what is behind it. WCAG 2.2, 1.4.3, without the relief for large text.
  function contrast(least) {
    const wrong = new Map();
    for (const { node, e, boxes } of texts()) {
      const style = getComputedStyle(e);
      const ink = colour(inSvg(e) ? style.fill : style.color);
      const behind = inSvg(e) ? backgroundAt(e, ...middle(boxes[0])) : backgroundOf(e);
      if (!ink) { wrong.set(place(e), `${place(e)}: cannot read the colour ${style.color}`); continue; }
      const got = ratio(over(ink, behind), behind);
      const key = place(e) + JSON.stringify([ink, behind]);
      if (got < least && !wrong.has(key)) {
        wrong.set(key, `${place(e)}: contrast ${got.toFixed(2)} of "${cut(node.data)}" (${JSON.stringify(ink)} on ${JSON.stringify(behind)})`);
      }
    }
    return [...wrong.values()];
  }

  // Lines and signs of drawings against what is behind them. WCAG 2.2, 1.4.11.
  function graphics(least) {
    const wrong = new Map();
    for (const e of document.querySelectorAll("svg path, svg line, svg polyline")) {
      if (!isSeen(e) || !e.getTotalLength) continue;
      const style = getComputedStyle(e);
      const length = e.getTotalLength();
      const toScreen = e.getScreenCTM();
      if (!length || !toScreen) continue;
      for (const ink of [colour(style.stroke), colour(style.fill)]) {
        if (!ink || ink.a === 0) continue;
        for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
          const at = e.getPointAtLength(length * part).matrixTransform(toScreen);
          const behind = backgroundAt(e, at.x, at.y);
          const got = ratio(over(ink, behind), behind);
          const key = name(e) + name(e.parentElement) + JSON.stringify([ink, behind]);
          if (got < least) wrong.set(key, `${name(e)} in ${name(e.parentElement)}: contrast ${got.toFixed(2)} (${JSON.stringify(ink)} on ${JSON.stringify(behind)})`);
        }
      }
    }
    return [...wrong.values()];
  }

  // ---- room ----------------------------------------------------------------------------------------------------

  const scrolls = once(e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX));
  const inScroller = once(e => { const it = e.parentElement; return it !== null && it !== document.documentElement && (scrolls(it) || inScroller(it)); });

  // Nobody must scroll a page sideways.
  function sideways(width) {
    const wide = document.documentElement.scrollWidth;
    if (wide <= width) return [];
    const widest = [...document.body.querySelectorAll("*")]
      .filter(e => isSeen(e) && !inScroller(e) && !isClipped(e) && e.getBoundingClientRect().right > width + TOLERANCE)
      .slice(0, 5).map(e => `${place(e)} to ${Math.round(e.getBoundingClientRect().right)}`);
    return [`the page is ${wide} wide in a window of ${width}: ${widest.join(", ")}`];
  }

  const holder = once(e => e && ["inline", "contents"].includes(getComputedStyle(e).display) ? holder(e.parentElement) : e);

  // Text stays in the block it stands in, and is not cut off at its edge.
  function spilling() {
    const wrong = [];
    for (const { node, e, boxes } of texts()) {
      if (inSvg(e)) continue;
      const block = holder(e);
      if (!block || block === document.body || scrolls(block) || inScroller(block)) continue;
      const room = block.getBoundingClientRect();
      const far = boxes.find(box => box.right > room.right + TOLERANCE || box.left < room.left - TOLERANCE);
      if (far && block.scrollWidth) wrong.push(`${place(block)}: "${cut(node.data)}" spills over its edge (${Math.round(far.right)} beyond ${Math.round(room.right)})`);
      if (getComputedStyle(block).overflowX === "hidden" && block.scrollWidth > block.clientWidth + TOLERANCE) wrong.push(`${place(block)}: "${cut(node.data)}" is cut off`);
    }
    return wrong;
  }

  // Text as large as it is on the screen, drawings with their scale.
  function legible(least) {
    const wrong = new Map();
    for (const { node, e } of texts()) {
      const scale = inSvg(e) ? Math.abs(e.getScreenCTM().d) : 1;
      const size = parseFloat(getComputedStyle(e).fontSize) * scale;
      if (size < least - 0.05 && !wrong.has(name(e))) wrong.set(name(e), `${place(e)}: "${cut(node.data)}" is ${size.toFixed(1)} px high`);
    }
    return [...wrong.values()];
  }

  // ---- drawings ------------------------------------------------------------------------------------------------

  const isDrawn = e => { const style = getComputedStyle(e); return style.fill !== "none" || style.stroke !== "none"; };
  const isWithin = (inner, outer) => inner.left >= outer.left - TOLERANCE && inner.right <= outer.right + TOLERANCE && inner.top >= outer.top - TOLERANCE && inner.bottom <= outer.bottom + TOLERANCE;
  const meet = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > TOLERANCE && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 3 * TOLERANCE;

  // The innermost box that text of a drawing belongs to: the nearest group that begins with a drawn rectangle.
  function boxOf(text) {
    for (let group = text.closest("g"); group; group = group.parentElement.closest("g")) {
      const rect = [...group.children].find(e => !["title", "desc", "style"].includes(e.localName));
      if (rect && rect.localName === "rect" && isDrawn(rect)) return rect;
    }
    return null;
  }

  // Text of a drawing stays in its box and in the drawing, is painted over by nothing, and stands on no other text.
  function drawings() {
    const wrong = [];
    for (const svg of document.querySelectorAll("svg")) {
      if (!isSeen(svg)) continue;
      const frame = svg.getBoundingClientRect();
      if (frame.width < 1 || frame.height < 1) { wrong.push(`${place(svg)} has no size`); continue; }
      const words = [...svg.querySelectorAll("text")].filter(isSeen).map(e => ({ e, box: e.getBoundingClientRect() }));
      const signs = [...svg.querySelectorAll("circle")].filter(isSeen).map(e => ({ e, box: e.getBoundingClientRect() }));
      words.forEach(({ e, box }, index) => {
        const said = `${name(e)} "${cut(e.textContent)}"`;
        const rect = boxOf(e);
        if (rect && !isWithin(box, rect.getBoundingClientRect())) wrong.push(`${said} leaves its box: ${[box.left, box.right].map(Math.round)} in ${[rect.getBoundingClientRect().left, rect.getBoundingClientRect().right].map(Math.round)}`);
        if (!isWithin(box, frame)) wrong.push(`${said} leaves the drawing`);
        const on = words.slice(index + 1).find(other => meet(box, other.box));
        if (on) wrong.push(`${said} stands on "${cut(on.e.textContent)}"`);
        const over = signs.find(sign => meet(box, sign.box));
        if (over) wrong.push(`${said} is covered by a sign`);
      });
    }
    return wrong;
  }

  // ---- structure -----------------------------------------------------------------------------------------------

  // Links within the page lead to something that can be shown, and every id is there once.
  function links() {
    const wrong = [];
    const ids = new Map();
    for (const e of document.querySelectorAll("[id]")) {
      if (ids.has(e.id)) wrong.push(`two elements are #${e.id}`);
      ids.set(e.id, e);
    }
    for (const e of document.querySelectorAll("a[href]")) {
      const href = e.getAttribute("href");
      if (!href.startsWith("#")) continue;
      if (!ids.has(decodeURIComponent(href.slice(1)))) wrong.push(`${place(e)} "${cut(e.textContent)}": ${href} leads nowhere`);
    }
    for (const attribute of ["aria-labelledby", "aria-describedby", "for"]) {
      for (const e of document.querySelectorAll(`[${attribute}]`)) {
        for (const id of e.getAttribute(attribute).split(/\s+/)) if (!ids.has(id)) wrong.push(`${place(e)}: ${attribute} names #${id}, which is not there`);
      }
    }
    return wrong;
  }

  const label = e => (e.getAttribute("aria-label") || (e.getAttribute("aria-labelledby") || "").split(/\s+/).map(id => id && document.getElementById(id)?.textContent || "").join(" ") || "").trim();

  // The page says what it is, in which language, and its parts are told apart without eyes.
  function landmarks() {
    const wrong = [];
    const count = (selector, least, most) => {
      const found = [...document.querySelectorAll(selector)].filter(isSeen).length;
      if (found < least || found > most) wrong.push(`${found} of ${selector}`);
    };
    if (!document.title.trim()) wrong.push("the page has no title");
    if (!document.documentElement.lang) wrong.push("the page does not say its language");
    count("h1", 1, 1);
    count("main", 1, 1);
    count("body > header", 1, 1);
    count("body > footer", 0, 1);
    for (const e of document.querySelectorAll("nav, section, svg, [role=region], [role=group]")) {
      if (isSeen(e) && !label(e) && e.getAttribute("aria-hidden") !== "true") wrong.push(`${place(e)} has no name`);
    }
    let before = 0;
    for (const e of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
      if (!isSeen(e)) continue;
      const level = Number(e.localName[1]);
      if (level > before + 1) wrong.push(`${name(e)} "${cut(e.textContent)}" follows a heading of level ${before}`);
      if (!e.textContent.trim()) wrong.push(`${place(e)} is empty`);
      before = level;
    }
    for (const e of document.querySelectorAll("table")) if (!e.caption && !label(e)) wrong.push(`${place(e)} has no caption`);
    for (const e of document.querySelectorAll("a[href], summary, button")) if (isSeen(e) && !e.textContent.trim() && !label(e)) wrong.push(`${place(e)} has no words`);
    for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) if (isSeen(e) && !e.labels.length && !label(e)) wrong.push(`${place(e)} has no label`);
    return wrong;
  }

  // Scripts of the page itself, in whatever clothes.
  function scripts() {
    const wrong = [...document.scripts].map(e => `${place(e)} is a script`);
    for (const e of document.querySelectorAll("*")) for (const { name: attribute, value } of e.attributes) {
      if (attribute.startsWith("on")) wrong.push(`${place(e)} has ${attribute}`);
      if (/^\s*javascript:/i.test(value)) wrong.push(`${place(e)}: ${attribute} is a script`);
    }
    return wrong;
  }

  // ---- keyboard ------------------------------------------------------------------------------------------------

  const CONTROLS = "a[href], summary, button, input:not([type=hidden]), select, textarea, [tabindex]";

  // Notes each place the focus comes to, for focused().
  function stops() {
    const list = [...document.querySelectorAll(CONTROLS)].filter(e => isSeen(e) && !e.disabled && e.getAttribute("tabindex") !== "-1");
    document.activeElement?.blur?.();
    getSelection().removeAllRanges();
    scrollTo(0, 0);
    window.auditStops = list;
    return list.length;
  }

  // What is wrong with where the focus is now, when it should be at this stop.
  function focused(index) {
    const e = document.activeElement;
    const expected = window.auditStops[index];
    if (e !== expected) return [`stop ${index + 1} is ${e ? place(e) + ` "${cut(e.textContent)}"` : "nowhere"}, not ${place(expected)} "${cut(expected.textContent)}"`];
    const style = getComputedStyle(e);
    const marked = e.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const wrong = [];
    if (!marked) wrong.push(`${place(e)} "${cut(e.textContent)}" does not show that it has the focus`);
    else if (ratio(over(colour(style.outlineColor), backgroundOf(e.parentElement)), backgroundOf(e.parentElement)) < 3) wrong.push(`${place(e)}: the mark of the focus is too faint`);
    const box = e.getBoundingClientRect();
    if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) wrong.push(`${place(e)} "${cut(e.textContent)}" has the focus out of sight`);
    return wrong;
  }

  // Every check but the keyboard's, so that what they share is looked at once.
  function all(width, type, text, lines, most) {
    const lists = [sideways(width), spilling(), legible(type), contrast(text), graphics(lines), drawings(), links(), landmarks()];
    return lists.flatMap(list => list.slice(0, most));
  }

  return { all, contrast, graphics, sideways, spilling, legible, drawings, links, landmarks, scripts, stops, focused };
})();
