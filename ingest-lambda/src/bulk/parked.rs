//! An object that cannot go on at present, through no fault of the others.

use std::fmt;

/// Why an object is left where it is while the others go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// What happened.
    pub code: ParkedCode,
    /// The index that it happened in, where it was one index.
    pub index: Option<String>,
    /// The engine's own words.
    pub reason: String,
}

/// What keeps an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParkedCode {
    /// The engine takes nothing into its index: closed, blocked, missing, no room for its shards.
    IndexRefused,
    /// A batch of it made no progress for its patience.
    Stalled,
    /// The engine acknowledged lines of it and stored nothing, or stored them elsewhere.
    NotStored,
    /// Its lines go to more indices of old days than a run may write to.
    ManyIndices,
    /// Too large a share of its documents was refused.
    Refused,
}

impl ParkedCode {
    /// A stable name for reports and alarms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IndexRefused => "index_refused",
            Self::Stalled => "stalled",
            Self::NotStored => "not_stored",
            Self::ManyIndices => "many_indices",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for Parked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.code {
            ParkedCode::IndexRefused => "the engine takes nothing into its index",
            ParkedCode::Stalled => "the engine did not take it for too long",
            ParkedCode::NotStored => "the engine did not store what it acknowledged",
            ParkedCode::ManyIndices => {
                "its lines are of days long past or to come, and one index more would be too many"
            }
            ParkedCode::Refused => "the engine refuses too many of its documents",
        })?;
        if let Some(index) = &self.index {
            write!(f, " ({index})")?;
        }
        write!(f, ": {}", self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_index_and_reason() {
        let parked = Parked {
            code: ParkedCode::IndexRefused,
            index: Some("logs-2024".to_owned()),
            reason: "index_closed_exception: closed".to_owned(),
        };
        assert_eq!(
            parked.to_string(),
            "the engine takes nothing into its index (logs-2024): index_closed_exception: closed"
        );
    }
}
