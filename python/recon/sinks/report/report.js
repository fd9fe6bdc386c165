"use strict";
// Shows, sorts and filters the rows of the report. Everything a target said is set as text, never as markup.
(() => {
  const PAGE = 100, PRINTED = 2000;
  const [ADDR, HOST, PORT, TRANSPORT, STATE, SERVICE, DETECTED, PRODUCT, SPOTS, DETAILS, BANNER] = Array(11).keys();
  const rows = JSON.parse(document.getElementById("rows").textContent);
  const byId = (id) => document.getElementById(id);
  const body = document.querySelector("#table tbody");
  const heads = [...document.querySelectorAll("#table th")];
  const filter = byId("filter");
  let shown = rows, page = 0, sorted = { column: -1, down: false };

  // Addresses sort by number, IPv4 in front of IPv6.
  const addrKey = (addr) => {
    if (!addr.includes(":")) return "4" + addr.split(".").map((part) => part.padStart(3, "0")).join("");
    const [left, right] = addr.split("::").map((half) => (half ? half.split(":") : []));
    const groups = right === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill("0"), ...right];
    return "6" + groups.map((group) => group.padStart(4, "0")).join("");
  };
  const keys = [
    (row) => addrKey(row[ADDR]) + " " + String(row[PORT]).padStart(5, "0"), (row) => row[PORT], (row) => row[STATE],
    (row) => row[SERVICE].toLowerCase(), (row) => row[PRODUCT].toLowerCase(), (row) => row[SPOTS].length,
  ];
  const texts = rows.map((row) =>
    [row[ADDR], row[HOST], `${row[PORT]}/${row[TRANSPORT]}`, row[STATE], row[SERVICE], row[PRODUCT],
      row[SPOTS].join(" "), row[DETAILS].map((pair) => pair.join(" ")).join(" "), row[BANNER]].join("\n").toLowerCase());
  rows.forEach((row, at) => row.push(at));
  const textOf = (row) => texts[row[row.length - 1]];

  const fields = {
    port: (row, value) => String(row[PORT]) === value,
    state: (row, value) => row[STATE].toLowerCase() === value,
    addr: (row, value) => row[ADDR].startsWith(value),
    service: (row, value) => row[SERVICE].toLowerCase() === value,
  };
  const test = (word) => {
    const [, name, value] = /^(port|state|addr|service)=(.+)$/.exec(word) || [];
    return name ? (row) => fields[name](row, value) : (row) => textOf(row).includes(word);
  };
  const wordsOf = (text) => (text.toLowerCase().match(/"[^"]+"|\S+/g) || []).map((word) => word.replace(/^"|"$/g, ""));

  const make = (tag, text, kind) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };
  const cellOf = (...parts) => {
    const cell = make("td");
    cell.append(...parts);
    return cell;
  };
  const rowOf = (row) => {
    const line = make("tr", undefined, "row");
    line.tabIndex = 0;
    const addr = cellOf(make("span", row[ADDR], "addr"));
    if (row[HOST]) addr.append(make("span", row[HOST], "host"));
    const worst = ["high", "medium", "low"].find((level) => row[SPOTS].some((spot) => spot.startsWith(level)));
    line.append(
      addr, cellOf(make("span", `${row[PORT]}/${row[TRANSPORT]}`, "addr")),
      cellOf(make("span", row[STATE], "state " + row[STATE].split("|")[0])),
      cellOf(make("span", row[SERVICE], row[DETECTED] ? "" : "guess")), cellOf(make("span", row[PRODUCT], "product")),
      worst ? cellOf(make("span", String(row[SPOTS].length), "level " + worst)) : cellOf());
    const toggle = () => (line.nextSibling && line.nextSibling.className === "detail"
      ? line.nextSibling.remove() : line.after(detailOf(row)));
    line.addEventListener("click", () => getSelection().isCollapsed && toggle());
    line.addEventListener("keydown", (event) => event.key === "Enter" && toggle());
    return line;
  };
  const detailOf = (row) => {
    const line = make("tr", undefined, "detail"), cell = make("td"), list = make("dl");
    cell.colSpan = heads.length;
    for (const spot of row[SPOTS]) cell.append(make("p", spot, "spot"));
    for (const [name, value] of row[DETAILS]) list.append(make("dt", name), make("dd", value));
    cell.append(list);
    if (row[BANNER]) cell.append(make("pre", row[BANNER]));
    line.append(cell);
    return line;
  };

  const draw = (count = PAGE) => {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    page = Math.min(Math.max(page, 0), pages - 1);
    const part = document.createDocumentFragment();
    shown.slice(page * PAGE, page * PAGE + count).forEach((row) => part.append(rowOf(row)));
    body.replaceChildren(part);
    byId("count").textContent = shown.length === rows.length
      ? `${rows.length.toLocaleString("en")} rows` : `${shown.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`;
    byId("page").textContent = `page ${page + 1} of ${pages.toLocaleString("en")}`;
    byId("before").disabled = page === 0;
    byId("after").disabled = page === pages - 1;
    byId("pages").hidden = pages === 1;
  };
  const select = () => {
    const tests = wordsOf(filter.value).map(test);
    shown = tests.length ? rows.filter((row) => tests.every((holds) => holds(row))) : rows.slice();
    order();
    page = 0;
    draw();
  };
  const order = () => {
    if (sorted.column < 0) return;
    const key = keys[sorted.column], sign = sorted.down ? -1 : 1;
    shown = shown.map((row) => [key(row), row])
      .sort(([a, one], [b, other]) => (a < b ? -sign : a > b ? sign : one[one.length - 1] - other[other.length - 1]))
      .map(([, row]) => row);
  };
  const sortBy = (column) => {
    sorted = { column, down: sorted.column === column ? !sorted.down : column === 5 };
    heads.forEach((head, at) => (at === column
      ? head.setAttribute("aria-sort", sorted.down ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
    order();
    page = 0;
    draw();
  };

  let waiting = 0;
  filter.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(select, 120); });
  heads.forEach((head, at) => head.firstChild.addEventListener("click", () => sortBy(at)));
  byId("before").addEventListener("click", () => { page -= 1; draw(); });
  byId("after").addEventListener("click", () => { page += 1; draw(); });
  document.querySelectorAll("[data-filter]").forEach((element) => element.addEventListener("click", () => {
    const wanted = element.dataset.filter.replace(/"/g, "");
    filter.value = wanted.startsWith("port=") ? wanted : `"${wanted}"`;
    select();
    filter.scrollIntoView({ behavior: "smooth", block: "center" });
  }));
  addEventListener("beforeprint", () => { page = 0; draw(PRINTED); });
  addEventListener("afterprint", () => draw());
  sortBy(0);
})();
