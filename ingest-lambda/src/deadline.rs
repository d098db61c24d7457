//! How an invocation divides its time.

use std::time::Duration;

use thiserror::Error;

/// What has begun is seen through, and the report made, in no more than this.
const LONGEST_MARGIN: Duration = Duration::from_secs(15);

/// A function's timeout of less is no use.
const LEAST: Duration = Duration::from_secs(15);

/// So much of it may be gone before an invocation gets here.
const BEGINNING: Duration = Duration::from_secs(1);

/// Time for work, and time to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// After this nothing new is begun.
    pub work: Duration,
    /// Then so much is left: enough to settle what is being settled, to keep how far big objects were
    /// read, and to report.
    pub margin: Duration,
}

/// The function's timeout leaves no time to do anything.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "this invocation has {} s, and nothing can be done in less than {} s: raise the function's timeout, to 300 s or more",
    .0.as_secs(), LEAST.as_secs()
)]
pub struct TooShort(Duration);

impl Deadline {
    /// Divides the time that is left of an invocation.
    ///
    /// # Errors
    /// When it is too little.
    pub fn of(left: Duration) -> Result<Self, TooShort> {
        if left + BEGINNING < LEAST {
            return Err(TooShort(left));
        }
        let margin = LONGEST_MARGIN.min(left / 3);
        Ok(Self { work: left - margin, margin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_at_most_is_margin() {
        let seconds = Duration::from_secs;
        for (left, work, margin) in [(900, 885, 15), (45, 30, 15), (15, 10, 5)] {
            assert_eq!(Deadline::of(seconds(left)), Ok(Deadline { work: seconds(work), margin: seconds(margin) }));
        }
        // A function of 15 s.
        assert!(Deadline::of(seconds(15) - Duration::from_millis(40)).is_ok());
        assert!(Deadline::of(seconds(13)).is_err());
        let error = Deadline::of(seconds(3)).unwrap_err().to_string();
        assert!(error.contains("has 3 s") && error.contains("raise the function's timeout"), "{error}");
    }
}
