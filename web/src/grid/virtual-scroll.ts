/**
 * Browsers clamp an element's height (17 to 33 million pixels), so a tall list scrolls inside an
 * element of at most this height, and scroll positions are mapped to the list's true height.
 */
export const MAX_HEIGHT = 8_000_000;

/** Rows to have in the document, and where the first of them stands. */
export interface RowWindow {
  first: number;
  /** Exclusive. */
  end: number;
  /** Offset of row `first` inside the scrolled element, in pixels. */
  top: number;
}

/**
 * Maps the position of a scroll bar to rows of one fixed height.
 *
 * Small moves (wheel, touch, keys) shift the list by just that many pixels; a jump (dragging the bar)
 * goes to the proportional place. So every row can be reached by the wheel, however long the list.
 */
export class VirtualScroll {
  readonly rowHeight: number;
  #rows = 0;
  #viewport = 0;
  /** Scroll position of the element, and of the true list; equal while no scaling is needed. */
  #scrollTop = 0;
  #listTop = 0;

  constructor(rowHeight: number) {
    this.rowHeight = rowHeight;
  }

  /** Height to give the scrolled element. */
  get height(): number {
    return Math.min(this.#rows * this.rowHeight, MAX_HEIGHT);
  }

  /** The scroll position that stands for where the list is. */
  get scrollTop(): number {
    return this.#scrollTop;
  }

  resize(rows: number, viewport: number): void {
    this.#rows = rows;
    this.#viewport = viewport;
    this.#moveTo(this.#listTop);
  }

  /** The element was scrolled, by the user or by what `settle` asked for. */
  scrolled(scrollTop: number): void {
    const delta = scrollTop - this.#scrollTop;
    const scaled = this.#listRange > this.#scrollRange;
    if (!scaled || scrollTop <= 0 || scrollTop >= this.#scrollRange) {
      this.#listTop = this.#toList(scrollTop);
    } else if (Math.abs(delta) > this.#viewport) {
      this.#listTop = this.#toList(scrollTop);
    } else {
      this.#listTop = clamp(this.#listTop + delta, 0, this.#listRange);
    }
    this.#scrollTop = clamp(scrollTop, 0, this.#scrollRange);
  }

  /**
   * Small moves let bar and list drift apart. When scrolling rests, this gives the bar's true place,
   * which the caller sets without a further move of the list.
   */
  settle(): number {
    this.#scrollTop = this.#toScroll(this.#listTop);
    return this.#scrollTop;
  }

  /** Moves just enough to have the whole row in view. */
  reveal(row: number): void {
    const top = row * this.rowHeight;
    const bottom = top + this.rowHeight - this.#viewport;
    if (top < this.#listTop) this.#moveTo(top);
    else if (bottom > this.#listTop) this.#moveTo(bottom);
  }

  /** The visible rows and `overscan` more on either side. */
  window(overscan: number): RowWindow {
    const first = Math.max(0, Math.floor(this.#listTop / this.rowHeight) - overscan);
    const visibleEnd = Math.ceil((this.#listTop + this.#viewport) / this.rowHeight);
    const end = Math.max(first, Math.min(this.#rows, visibleEnd + overscan));
    return { first, end, top: this.#scrollTop + first * this.rowHeight - this.#listTop };
  }

  /** Rows that fit whole into the viewport: what Page Down moves by. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.#viewport / this.rowHeight));
  }

  get #listRange(): number {
    return Math.max(0, this.#rows * this.rowHeight - this.#viewport);
  }

  get #scrollRange(): number {
    return Math.max(0, this.height - this.#viewport);
  }

  #moveTo(listTop: number): void {
    this.#listTop = clamp(listTop, 0, this.#listRange);
    this.#scrollTop = this.#toScroll(this.#listTop);
  }

  #toList(scrollTop: number): number {
    if (this.#scrollRange === 0) return 0;
    return clamp((scrollTop / this.#scrollRange) * this.#listRange, 0, this.#listRange);
  }

  // Whole pixels: browsers may round what is set, and the difference would count as a move.
  #toScroll(listTop: number): number {
    if (this.#listRange === 0) return 0;
    return Math.round((listTop / this.#listRange) * this.#scrollRange);
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
