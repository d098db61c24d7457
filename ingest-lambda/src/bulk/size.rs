//! How big batches are: as big as the engine takes easily.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The first batches; big enough to tell whether bigger ones are welcome.
const FIRST_BYTES: usize = 1 << 20;
/// Smaller ones would be all overhead.
const LEAST_BYTES: usize = 64 << 10;

const QUICK: Duration = Duration::from_secs(1);
const SLOW: Duration = Duration::from_secs(5);

/// What the engine made of a request of so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reception {
    /// It did all that was asked, after so long.
    Taken {
        /// Before compression.
        bytes: usize,
        /// From sending to the answer's end.
        time: Duration,
    },
    /// It was too busy.
    PushedBack,
    /// That many bytes were too many.
    TooBig(usize),
}

/// The size of the next batch, shared by all objects.
#[derive(Debug)]
pub(super) struct BatchSize {
    bytes: AtomicUsize,
    most: usize,
}

impl BatchSize {
    pub(super) fn new(most: usize) -> Self {
        Self { bytes: AtomicUsize::new(FIRST_BYTES.min(most)), most }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn learn(&self, reception: Reception) {
        // Two at once may learn from the same size: the next answer corrects that.
        self.bytes.store(next(self.bytes(), reception, self.most), Ordering::Relaxed);
    }
}

fn next(size: usize, reception: Reception, most: usize) -> usize {
    let wanted = match reception {
        Reception::PushedBack => size / 2,
        // Others of the same size may be on their way: they do not halve it again.
        Reception::TooBig(bytes) => size.min(bytes / 2),
        Reception::Taken { time, .. } if time > SLOW => size / 2,
        // A request much smaller than a full batch says nothing about bigger ones.
        Reception::Taken { bytes, time } if time < QUICK && bytes >= size / 2 => size + size / 2,
        Reception::Taken { .. } => size,
    };
    wanted.clamp(LEAST_BYTES.min(most), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 3 << 20;

    fn taken(bytes: usize, millis: u64) -> Reception {
        Reception::Taken { bytes, time: Duration::from_millis(millis) }
    }

    #[test]
    fn grows_while_answers_to_full_batches_are_quick() {
        assert_eq!(next(1 << 20, taken(1 << 20, 10), MOST), 3 << 19);
        assert_eq!(next(1 << 20, taken(1 << 19, 10), MOST), 3 << 19);
        assert_eq!(next(1 << 20, taken(1 << 18, 10), MOST), 1 << 20);
        assert_eq!(next(1 << 20, taken(1 << 20, 2_000), MOST), 1 << 20);
        assert_eq!(next(MOST, taken(MOST, 10), MOST), MOST);
    }

    #[test]
    fn halves_when_they_are_slow_or_none() {
        assert_eq!(next(1 << 20, taken(1 << 10, 6_000), MOST), 1 << 19);
        assert_eq!(next(1 << 20, Reception::PushedBack, MOST), 1 << 19);
        assert_eq!(next(LEAST_BYTES, Reception::PushedBack, MOST), LEAST_BYTES);
        assert_eq!(next(10_000, Reception::PushedBack, 10_000), 10_000);
    }

    #[test]
    fn goes_below_what_was_too_big_and_only_once() {
        let once = next(1 << 20, Reception::TooBig(1 << 20), MOST);
        assert_eq!(once, 1 << 19);
        assert_eq!(next(once, Reception::TooBig(1 << 20), MOST), once);
    }
}
