// The table: AG Grid shows the rows that are in sight; their order is ours, over typed arrays.
"use strict";

const NARROW = { rank: 88, selected: 92, source: 130, degraded: 118, predicted: 104 };

class ExampleTable {
  constructor(element, examples, { onSort, onOpen }) {
    Object.assign(this, { examples, onOpen, view: null, rows: new Uint32Array(), opened: -1, waiting: null });
    this.grid = agGrid.createGrid(element, {
      theme: "legacy", rowModelType: "infinite", cacheBlockSize: 200, blockLoadDebounceMillis: 0, maxBlocksInCache: 20,
      rowHeight: 34, headerHeight: 36, suppressMultiSort: true, suppressCellFocus: false, suppressContextMenu: true,
      suppressMovableColumns: true, animateRows: false, enableCellTextSelection: true, ensureDomOrder: true,
      columnDefs: this.columns(), defaultColDef: { resizable: true, sortable: true, sortingOrder: ["asc", "desc"], suppressHeaderMenuButton: true },
      rowClassRules: { opened: (row) => row.data?.position === this.opened, kept: (row) => row.data && this.examples.selected[row.data.position] === 1 },
      datasource: { getRows: (request) => this.getRows(request) },
      onSortChanged: (event) => this.sorted(event, onSort),
      onRowClicked: (event) => event.data && onOpen(event.data.position, false),
      onCellKeyDown: (event) => event.event.key === "Enter" && event.data && onOpen(event.data.position, true),
      onCellFocused: (event) => this.focused(event),
    });
  }

  columns() {
    const { pool, scores, ranking } = this.examples;
    const names = ["rank", "selected", "source", ...(pool.values.degradeds.length > 1 ? ["degraded"] : [])];
    const terms = ranking.values.rule.terms.map((term) => `term_${term.indicator}`);
    return [
      ...names.map((name) => this.column(name, name === "rank")),
      ...["instruction", "response"].map((name) => this.text(name)),
      this.column("predicted", true),
      ...terms.map((name) => ({ ...this.column(name, true), headerName: `adds: ${name.slice(5)}`, width: 120, hide: true })),
      ...scores.slice(1).map((name) => this.column(name, true)),
    ];
  }

  column(name, numeric) {
    return {
      colId: name, headerName: name, width: NARROW[name] ?? 96, type: numeric ? "rightAligned" : undefined, headerTooltip: unit(name),
      valueGetter: ({ data }) => data && this.value(name, data.position), cellRenderer: name === "source" ? ({ data }) => data && this.sourceCell(data.position) : undefined,
    };
  }

  value(name, position) {
    const { pool, selected } = this.examples;
    if (name === "selected") return selected[position] ? "selected" : "";
    if (name === "source") return pool.values.sources[pool.arrays.source[position]];
    if (name === "degraded") return pool.values.degradeds[pool.arrays.degraded[position]];
    const value = this.examples.column(name)[position];
    return name.startsWith("term_") ? signed(value) : number(value);
  }

  sourceCell(position) {
    return make("span", {}, swatch(Math.min(this.examples.source[position], 7)), this.value("source", position));
  }

  text(name) {
    return {
      colId: name, headerName: name, sortable: false, flex: 1, minWidth: 260,
      cellRenderer: ({ data }) => data && make("bdi", { className: "excerpt", dir: "auto" }, visible(this.examples.pool.values[`${name}s`][data.position])),
    };
  }

  getRows({ startRow, endRow, successCallback }) {
    const rows = Array.from(this.rows.subarray(startRow, endRow), (position) => ({ position }));
    successCallback(rows, this.rows.length);
    if (this.waiting !== null) this.reveal(this.waiting);
  }

  sorted(event, onSort) {
    if (event.source === "api") return;
    const column = this.grid.getColumnState().find((each) => each.sort);
    onSort(column?.colId ?? "rank", column?.sort === "desc");
  }

  /** Another cell has the focus: where an example is open, the one of this row takes its place. */
  focused({ rowIndex }) {
    if (this.opened >= 0 && rowIndex !== null && this.rows[rowIndex] !== this.opened && document.activeElement?.closest(".ag-root")) {
      this.onOpen(this.rows[rowIndex], false);
    }
  }

  /** Show these rows in this order. */
  update(view, rows) {
    const before = this.rows;
    this.rows = rows;
    this.grid.applyColumnState({ state: [{ colId: view.column, sort: view.descending ? "desc" : "asc" }], defaultState: { sort: null } });
    if (rows.length === before.length && rows.every((position, i) => position === before[i])) return;
    this.grid.purgeInfiniteCache();
    if (rows.length) this.reveal(0);
  }

  /** Bring a row into sight, now or when the grid knows of it. */
  reveal(row) {
    const there = row < this.grid.getDisplayedRowCount();
    this.waiting = there ? null : row;
    if (there) this.grid.ensureIndexVisible(row);
  }

  /** Mark the example that is open, and bring it into sight where it is among the rows. */
  open(position) {
    this.opened = position;
    const row = this.rows.indexOf(position);
    if (row >= 0) this.reveal(row);
    this.grid.redrawRows();
  }

  focus(position) {
    const row = Math.max(0, this.rows.indexOf(position));
    this.grid.setFocusedCell(row, this.grid.getFocusedCell()?.column ?? "rank");
  }

  /** The example so many rows below another, or -1. */
  beside(position, step) {
    const row = this.rows.indexOf(position);
    return row < 0 ? -1 : (this.rows[row + step] ?? -1);
  }

  showTerms(shown) {
    this.grid.setColumnsVisible(this.examples.ranking.values.rule.terms.map((term) => `term_${term.indicator}`), shown);
  }
}

/** The colour of a group, beside its name. */
function swatch(colour) {
  return make("span", { className: `swatch colour-${colour}`, "aria-hidden": "true" });
}
