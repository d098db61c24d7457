//! What a line says in one of its columns: a value, that there is none, or nothing at all.

/// A column of a line. The two ways to have no value are not one: what AWS wrote is evidence, and a column that was not
/// delivered is unknown. Nothing is concluded from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logged<T> {
    /// The line does not have the column: it is older than the column, or whoever delivered it left the column out.
    Missing,
    /// `-`, or nothing between the quotes: AWS says that there is no value. Of a time, `-1` as well.
    Dash,
    /// The value.
    Value(T),
}

impl<T> Logged<T> {
    /// The value, for those to whom it is the same why there is none.
    #[inline]
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Missing | Self::Dash => None,
        }
    }

    /// Whether there is a value.
    #[inline]
    pub fn is_value(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    /// Whether AWS wrote that there is none.
    #[inline]
    pub fn is_dash(&self) -> bool {
        matches!(self, Self::Dash)
    }

    /// Whether the line does not have the column.
    #[inline]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// The same of another value.
    #[inline]
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Logged<U> {
        match self {
            Self::Missing => Logged::Missing,
            Self::Dash => Logged::Dash,
            Self::Value(value) => Logged::Value(with(value)),
        }
    }

    /// The same of a value that may turn out to be wrong.
    #[inline]
    pub fn try_map<U, E>(self, with: impl FnOnce(T) -> Result<U, E>) -> Result<Logged<U>, E> {
        Ok(match self {
            Self::Missing => Logged::Missing,
            Self::Dash => Logged::Dash,
            Self::Value(value) => Logged::Value(with(value)?),
        })
    }
}
