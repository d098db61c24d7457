//! How many items of a batch the next request takes.

/// All that are left, until a request was too big; then half as many.
#[derive(Debug)]
pub(super) struct Window {
    count: usize,
    /// The request that was too big held an item that was so by itself: others may be sent together.
    widens: bool,
}

impl Window {
    pub(super) fn new(count: usize) -> Self {
        Self { count, widens: false }
    }

    /// How many of those left the next request takes.
    pub(super) fn of(&self, left: usize) -> usize {
        self.count.min(left)
    }

    /// Whether no request was too big yet.
    pub(super) fn is_whole(&self, total: usize) -> bool {
        self.count == total
    }

    /// A request of so many items was too big, together.
    pub(super) fn halve(&mut self, count: usize) {
        *self = Self::new(count.div_ceil(2));
    }

    /// One item was too big, alone, and is not sent again.
    pub(super) fn dropped_one(&mut self) {
        self.widens = true;
    }

    /// A request was taken up.
    pub(super) fn taken(&mut self) {
        if self.widens {
            self.count = self.count.saturating_mul(2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_fits_is_kept_to() {
        let mut window = Window::new(5);
        assert_eq!(window.of(5), 5);
        window.halve(5);
        assert_eq!(window.of(5), 3);
        window.taken();
        assert_eq!((window.of(9), window.of(2)), (3, 2));
    }

    #[test]
    fn without_the_item_to_blame_requests_grow_again() {
        let mut window = Window::new(2);
        window.halve(2);
        window.dropped_one();
        assert_eq!(window.of(100), 1);
        window.taken();
        window.taken();
        assert_eq!(window.of(100), 4);
        window.halve(4);
        window.taken();
        assert_eq!(window.of(100), 2, "the next one to blame is not found yet");
    }
}
