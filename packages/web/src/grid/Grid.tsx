/**
 * A table of equally high rows of which only those in view exist. One place in it has the keyboard focus and arrows move
 * it (`role="grid"`); Enter presses the button of a cell, or opens the row.
 */
import { createEffect, createMemo, createSignal, For, type JSX, onCleanup, onMount, Show } from "solid-js"
import { rowHeight } from "../preferences/Preferences.ts"
import { scrollToShow, visibleRange } from "./visibleRange.ts"

export interface Column<Row> {
  readonly id: string
  readonly title: string
  /** The title is only read out, for a column of buttons. */
  readonly quietTitle?: boolean
  /** A track of CSS grid: `minmax(120px, 2fr)`. */
  readonly width: string
  readonly end?: boolean
  /** The cell brings its own padding, for a button of the row's height. */
  readonly flush?: boolean
  /** The header sorts by this. */
  readonly sortable?: boolean
  readonly cell: (row: Row) => JSX.Element
}

export interface Sort {
  readonly column: string
  readonly descending: boolean
}

export interface GridProps<Row extends string | number> {
  readonly label: string
  /** Keys of the rows; what they mean is looked up by the cells. */
  readonly rows: ReadonlyArray<Row>
  readonly columns: ReadonlyArray<Column<Row>>
  readonly empty: JSX.Element
  readonly testId?: string
  readonly rowTestId?: (row: Row) => string
  readonly rowLabel?: (row: Row) => string | undefined
  readonly selected?: Row | undefined
  readonly isStale?: (row: Row) => boolean
  readonly sort?: Sort | undefined
  readonly onSort?: (column: string) => void
  readonly onOpen?: (row: Row) => void
  /** A key pressed on a row; true when it was used. */
  readonly onKey?: (row: Row, event: KeyboardEvent) => boolean
  readonly onFocusRow?: (row: Row) => void
}

/** The px that a track of CSS grid takes at least: 120 of `minmax(120px, 2fr)`. */
export const minimumWidth = (track: string): number => Number(/(\d+)px/.exec(track)?.[1] ?? 0)

export const Grid = <Row extends string | number>(props: GridProps<Row>): JSX.Element => {
  // Set before anything below runs: the element is made with the component.
  let scroller!: HTMLDivElement
  const [scrollTop, setScrollTop] = createSignal(0)
  const [height, setHeight] = createSignal(400)
  const [active, setActive] = createSignal({ row: 0, column: 0 })
  const headHeight = 24

  const range = createMemo(() => visibleRange(scrollTop(), height() - headHeight, rowHeight(), props.rows.length), {
    start: 0,
    end: 0
  }, { equals: (a, b) => a.start === b.start && a.end === b.end })
  const minimum = createMemo(() => props.columns.reduce((sum, column) => sum + minimumWidth(column.width), 0))
  const inView = createMemo(() => props.rows.slice(range().start, range().end))
  const places = createMemo(() => new Map(props.rows.map((row, place) => [row, place])))
  const place = (row: Row): number => places().get(row) ?? 0
  const activeRow = (): number => Math.min(active().row, Math.max(0, props.rows.length - 1))

  onMount(() => {
    const observer = new ResizeObserver(() => setHeight(scroller.clientHeight))
    observer.observe(scroller)
    setHeight(scroller.clientHeight)
    onCleanup(() => observer.disconnect())
  })

  createEffect(() => {
    // A list that became shorter must not leave the view beyond its end.
    const bottom = Math.max(0, props.rows.length * rowHeight() - (height() - headHeight))
    if (scroller.scrollTop > bottom) scroller.scrollTop = bottom
  })

  const cellAt = (row: number, column: number): HTMLElement | null =>
    scroller.querySelector<HTMLElement>(`[aria-rowindex="${row + 2}"] > [data-column="${column}"]`)

  const moveTo = (row: number, column: number): void => {
    const to = {
      row: Math.max(0, Math.min(props.rows.length - 1, row)),
      column: Math.max(0, Math.min(props.columns.length - 1, column))
    }
    setActive(to)
    const top = scrollToShow(to.row, scroller.scrollTop, height() - headHeight, rowHeight())
    if (top !== scroller.scrollTop) {
      scroller.scrollTop = top
      setScrollTop(top)
    }
    cellAt(to.row, to.column)?.focus()
    const key = props.rows[to.row]
    if (key !== undefined) props.onFocusRow?.(key)
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    const row = activeRow()
    const column = active().column
    const page = Math.max(1, Math.floor((height() - headHeight) / rowHeight()) - 1)
    const whole = event.ctrlKey || event.metaKey
    const key = props.rows[row]
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: [whole ? 0 : row, 0],
      End: [whole ? props.rows.length - 1 : row, props.columns.length - 1]
    }
    const move = moves[event.key]
    if (move !== undefined && !event.altKey) {
      event.preventDefault()
      moveTo(move[0], move[1])
      return
    }
    if (key === undefined) return
    // A header or a button in a cell answers for itself.
    const inCell = event.target instanceof HTMLElement && event.target.getAttribute("role") === "gridcell"
    if (event.key === "Enter" && inCell && !event.repeat) {
      const button = cellAt(row, column)?.querySelector<HTMLElement>("button, a[href]")
      event.preventDefault()
      if (button !== null && button !== undefined) button.click()
      else props.onOpen?.(key)
      return
    }
    if (props.onKey?.(key, event) === true) {
      event.preventDefault()
      event.stopPropagation()
    }
  }

  const sorting = (column: Column<Row>): "ascending" | "descending" | "none" | undefined =>
    column.sortable !== true
      ? undefined
      : props.sort?.column !== column.id
      ? "none"
      : props.sort.descending
      ? "descending"
      : "ascending"

  return (
    <div
      ref={(made) => {
        scroller = made
      }}
      class="grid-scroll"
      role="grid"
      aria-label={props.label}
      aria-rowcount={props.rows.length + 1}
      aria-colcount={props.columns.length}
      data-testid={props.testId}
      style={{ "--columns": props.columns.map((column) => column.width).join(" "), "--minimum": `${minimum()}px` }}
      tabindex={props.rows.length === 0 ? 0 : undefined}
      onScroll={() => setScrollTop(scroller.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div role="row" aria-rowindex={1} class="grid-head">
        <For each={props.columns}>
          {(column) => (
            <div role="columnheader" aria-sort={sorting(column)} classList={{ end: column.end === true }}>
              <Show
                when={column.sortable === true}
                fallback={<span classList={{ "sr-only": column.quietTitle === true }}>{column.title}</span>}
              >
                <button type="button" onClick={() => props.onSort?.(column.id)}>
                  {column.title}
                  {sorting(column) === "ascending" ? " ↑" : sorting(column) === "descending" ? " ↓" : ""}
                </button>
              </Show>
            </div>
          )}
        </For>
      </div>
      <div
        role="presentation"
        class="grid-rows"
        style={{ height: `${props.rows.length * rowHeight()}px`, "--row": `${rowHeight()}px` }}
      >
        <For each={inView()}>
          {(row) => (
            <div
              role="row"
              class="grid-row"
              aria-rowindex={place(row) + 2}
              aria-selected={props.selected === undefined ? undefined : props.selected === row}
              aria-label={props.rowLabel?.(row)}
              data-testid={props.rowTestId?.(row)}
              data-stale={props.isStale?.(row) === true ? "true" : undefined}
              style={{ transform: `translateY(${place(row) * rowHeight()}px)` }}
              onDblClick={() => props.onOpen?.(row)}
            >
              <For each={props.columns}>
                {(column, position) => (
                  <div
                    role="gridcell"
                    data-column={position()}
                    aria-colindex={position() + 1}
                    tabindex={activeRow() === place(row) && active().column === position() ? 0 : -1}
                    classList={{ end: column.end === true, "cell-flush": column.flush === true }}
                    onFocusIn={() => {
                      setActive({ row: place(row), column: position() })
                      props.onFocusRow?.(row)
                    }}
                  >
                    {column.cell(row)}
                  </div>
                )}
              </For>
            </div>
          )}
        </For>
      </div>
      <Show when={props.rows.length === 0}>
        <div role="row" class="p-3 text-ink2">
          <div role="gridcell" aria-colspan={props.columns.length}>{props.empty}</div>
        </div>
      </Show>
    </div>
  )
}
