//! How big batches are: as big as the engine takes easily.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The first batches; big enough to tell whether bigger ones are welcome.
const FIRST_BYTES: usize = 1 << 20;
/// Smaller ones would be all overhead.
const LEAST_BYTES: usize = 64 << 10;

const QUICK: Duration = Duration::from_secs(1);
const SLOW: Duration = Duration::from_secs(5);

/// What the engine made of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reception {
    /// It answered after so long.
    Taken(Duration),
    /// It was too busy for it, or could not take it whole.
    PushedBack,
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

fn next(bytes: usize, reception: Reception, most: usize) -> usize {
    let wanted = match reception {
        Reception::PushedBack => bytes / 2,
        Reception::Taken(time) if time > SLOW => bytes / 2,
        Reception::Taken(time) if time < QUICK => bytes + bytes / 2,
        Reception::Taken(_) => bytes,
    };
    wanted.clamp(LEAST_BYTES.min(most), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_while_answers_are_quick_and_halves_when_they_are_not() {
        let most = 3 << 20;
        let taken = |seconds| Reception::Taken(Duration::from_millis(seconds));
        assert_eq!(next(1 << 20, taken(10), most), 3 << 19);
        assert_eq!(next(most, taken(10), most), most);
        assert_eq!(next(1 << 20, taken(2_000), most), 1 << 20);
        assert_eq!(next(1 << 20, taken(6_000), most), 1 << 19);
        assert_eq!(next(1 << 20, Reception::PushedBack, most), 1 << 19);
        assert_eq!(next(LEAST_BYTES, Reception::PushedBack, most), LEAST_BYTES);
        assert_eq!(next(10_000, Reception::PushedBack, 10_000), 10_000);
    }
}
