"use strict";
// What a page that opened has, for the test that opened it: how many elements, and what is wrong with it, by WCAG 2.
(() => {
  const wrong = [];
  const name = (element) => element.outerHTML.slice(0, 80);
  const all = (selector) => [...document.querySelectorAll(selector)];
  for (const details of all("details")) details.open = true;

  const labelled = (element) => {
    const ids = (element.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean);
    const texts = ids.map((id) => (document.getElementById(id) || {}).textContent || "");
    return (element.getAttribute("aria-label") || texts.join("") || element.textContent).trim() !== "";
  };
  if (!document.documentElement.lang || !document.title) wrong.push("no language or no title");
  for (const element of all("button, a, svg, th, summary, caption, [role], h1, h2")) {
    if (!labelled(element)) wrong.push("without a name: " + name(element));
  }
  for (const svg of all("svg")) if (svg.getAttribute("role") !== "img") wrong.push("no picture to a reader: " + name(svg));
  for (const th of all("th")) if (!th.scope) wrong.push("a head of nothing: " + name(th));
  const ids = all("[id]").map((element) => element.id);
  ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => wrong.push("two elements of id " + id));
  for (const element of all("pre, .wide")) {
    if (element.scrollWidth > element.clientWidth && element.tabIndex < 0) wrong.push("keys can't scroll " + name(element));
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("wider than the window");

  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return getComputedStyle(document.body).backgroundColor;
  };
  const worst = { ratio: 21, of: "" };
  for (const element of all("body *:not(script):not(style):not(svg *)")) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const lights = [getComputedStyle(element).color, ground(element)].map(luminance).sort((a, b) => b - a);
    const ratio = (lights[0] + 0.05) / (lights[1] + 0.05);
    if (ratio < worst.ratio) Object.assign(worst, { ratio, of: name(element) });
  }
  if (worst.ratio < 4.5) wrong.push("contrast of " + worst.ratio.toFixed(2) + ": " + worst.of);

  // Sorting is what the script of the page is for: press each button once.
  for (const button of all("th button")) button.click();
  const sortable = all("table").filter((table) => table.querySelector("th button"));
  if (all("th[aria-sort]").length !== sortable.length) wrong.push("a table that does not sort");

  document.title = JSON.stringify({ elements: all("*:not(svg text)").length, dark: matchMedia("(prefers-color-scheme: dark)").matches, wrong });
})();
