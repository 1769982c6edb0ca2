(() => {
  const { version, page } = document.currentScript.dataset;
  const key = `alliances ${page} ${location.pathname}`;
  const recall = (name) => { try { return sessionStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => { try { sessionStorage.setItem(name, value); } catch {} };
  const forget = (name) => { try { sessionStorage.removeItem(name); } catch {} };

  // Each element by the nearest id, then its rank there: what is added elsewhere doesn't rename it.
  const named = (selector) => {
    const ranks = new Map();
    return [...document.querySelectorAll(selector)].map((element) => {
      const near = element.closest("[id]")?.id ?? "";
      const rank = ranks.get(near) ?? 0;
      ranks.set(near, rank + 1);
      return [`${near} ${rank}`, element];
    });
  };
  const states = (selector, property) => Object.fromEntries(named(selector).map(([name, e]) => [name, e[property]]));
  const restate = (selector, property, kept) => {
    for (const [name, e] of named(selector)) if (name in kept) e[property] = kept[name];
  };
  const KINDS = [["details", "open"], ["input[type=radio], input[type=checkbox]", "checked"]];

  const save = () => keep(key, JSON.stringify({
    x: scrollX, y: scrollY, focus: document.activeElement?.id, kinds: KINDS.map((kind) => states(...kind)),
  }));
  const restore = () => {
    const kept = JSON.parse(recall(key) ?? "null");
    forget(key);
    if (!kept) return;
    KINDS.forEach((kind, i) => restate(...kind, kept.kinds[i]));
    if (kept.focus) document.getElementById(kept.focus)?.focus({ preventScroll: true });
    scrollTo({ left: kept.x, top: kept.y, behavior: "instant" });
  };

  const renew = (wanted) => {
    // Were this version asked for already and another received, asking again would never end.
    if (wanted === version || recall("alliances attendue") === wanted) return;
    keep("alliances attendue", wanted);
    save();
    history.scrollRestoration = "manual";
    location.reload();
  };

  let source = null, timer = 0, delay = 1000;
  const close = () => { clearTimeout(timer); source?.close(); source = null; };
  const connect = () => {
    close();
    source = new EventSource("/evenements");
    source.addEventListener(location.pathname, ({ data }) => {
      delay = 1000;
      if (data === version) forget("alliances attendue");
      renew(data);
    });
    source.onerror = () => {
      close();
      timer = setTimeout(connect, delay);
      delay = Math.min(delay * 2, 4000);
    };
  };
  // A browser opens six connections to a server: a page that nobody sees leaves its own to the others.
  const follow = () => (document.hidden ? close() : connect());

  addEventListener("load", () => {
    restore();
    // Were it given back now, the browser would still scroll by itself.
    requestAnimationFrame(() => setTimeout(() => {
      history.scrollRestoration = "auto";
      follow();
      document.addEventListener("visibilitychange", follow);
    }));
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) follow(); });
})();
