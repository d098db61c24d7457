//! The log formats: one file each, with one field table, how a line's format is told, and why a line is of none.

mod alb_access;
mod alb_connection;
mod alb_health_check;
mod cells;
mod classic;
mod columns;
mod delimited;
mod detect;
mod error;
mod excerpt;
mod folder;
mod foreign;
mod header;
mod inside;
mod json;
mod name;
mod nlb_tls;
mod percent;
mod scan;

pub use alb_access::AlbAccess;
pub use alb_connection::AlbConnection;
pub use alb_health_check::AlbHealthCheck;
pub use classic::Classic;
pub use columns::Extra;
pub(crate) use columns::Field;
#[cfg(test)]
pub(crate) use columns::Quoting;
pub(crate) use delimited::cut;
pub use error::{ErrorKind, Foreign, ParseError, Span};
pub(crate) use excerpt::{Excerpt, Message};
pub(crate) use folder::account_and_region;
pub use folder::{account_of, number_of, region_of};
pub(crate) use header::{are_columns, header_names, is_ambiguous, is_foreign_header, is_header, w3c_names};
pub use inside::Around;
pub(crate) use inside::Found;
pub(crate) use name::AwsName;
pub use name::KeyKind;
pub use nlb_tls::NlbTls;
pub(crate) use percent::escapes_of;
#[cfg(test)]
pub(crate) use scan::{Backslash, Scanner};

use crate::record::{Endpoint, Timestamp};
use crate::text::Text;
use cells::Values;

/// The formats in which AWS's load balancers write logs. Gateway Load Balancers write none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Application Load Balancer, requests.
    AlbAccess,
    /// Application Load Balancer, connections.
    AlbConnection,
    /// Application Load Balancer, health checks of targets.
    AlbHealthCheck,
    /// Network Load Balancer, connections to TLS listeners.
    NlbTls,
    /// Classic Load Balancer, requests and TCP connections.
    Classic,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] =
        [Self::AlbAccess, Self::AlbConnection, Self::AlbHealthCheck, Self::NlbTls, Self::Classic];

    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::AlbAccess => "alb_access",
            Self::AlbConnection => "alb_connection",
            Self::AlbHealthCheck => "alb_health_check",
            Self::NlbTls => "nlb_tls",
            Self::Classic => "classic",
        }
    }

    /// The format's columns, in the order of the line.
    pub(crate) fn fields(self) -> &'static [Field] {
        match self {
            Self::AlbAccess => &alb_access::FIELDS,
            Self::AlbConnection => &alb_connection::FIELDS,
            Self::AlbHealthCheck => &alb_health_check::FIELDS,
            Self::NlbTls => &nlb_tls::FIELDS,
            Self::Classic => &classic::FIELDS,
        }
    }

    /// The format of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }
}

/// What is known of a line's format before it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hint {
    /// Nothing.
    #[default]
    None,
    /// What the object's name says. It decides where the line itself says nothing: names are copied and changed, and
    /// no name makes a line what it is not.
    Named(Format),
    /// The line is read in this format or not at all.
    Only(Format),
}

/// Room for what of a line cannot be borrowed from it as it stands.
#[derive(Debug, Default)]
pub struct Scratch {
    values: Values,
    inside: inside::Room,
}

/// One line of a load balancer's log.
#[derive(Debug)]
// A box would be an allocation for each line, and nearly all lines are of the largest kind.
#[allow(clippy::large_enum_variant)]
pub enum Record<'a> {
    /// A request to an Application Load Balancer.
    AlbAccess(AlbAccess<'a>),
    /// A connection to an Application Load Balancer.
    AlbConnection(AlbConnection<'a>),
    /// A health check by an Application Load Balancer.
    AlbHealthCheck(AlbHealthCheck<'a>),
    /// A TLS connection to a Network Load Balancer.
    NlbTls(NlbTls<'a>),
    /// A request or a connection to a Classic Load Balancer.
    Classic(Classic<'a>),
}

impl<'a> Record<'a> {
    /// Reads one line, without its line ending, in the format that it has: columns, or a JSON object with the columns'
    /// names; also where another tool put something around it. `scratch` takes what of the line has to be decoded; for
    /// columns between blanks it stays empty.
    ///
    /// # Errors
    /// When the line is of no format: the error of the format that it, else the hint, else most logs have. A line of
    /// another AWS service is named.
    #[inline]
    pub fn parse(line: &'a [u8], hint: Hint, scratch: &'a mut Scratch) -> Result<Self, ParseError> {
        Self::find(line, hint, scratch).map(|found| found.record)
    }

    /// The same, and what stood around the line.
    #[inline]
    pub(crate) fn find(line: &'a [u8], hint: Hint, scratch: &'a mut Scratch) -> Result<Found<'a>, ParseError> {
        let Scratch { values, inside } = scratch;
        match Self::plain(line, hint, values) {
            Ok(record) => Ok(Found { record, around: None, file: None }),
            Err(error) => inside::read(line, hint, inside, error).map_err(|error| foreign::named(line, error)),
        }
    }

    /// A line as AWS writes it by default, or as JSON.
    #[inline]
    fn plain(line: &'a [u8], hint: Hint, values: &'a mut Values) -> Result<Self, ParseError> {
        if line.first() == Some(&b'{') {
            json::read(line, hint, values)
        } else {
            Self::of_columns(detect::format(line, hint), line)
        }
    }

    #[inline]
    fn of_columns(format: Format, line: &'a [u8]) -> Result<Self, ParseError> {
        match format {
            Format::AlbAccess => AlbAccess::parse(line).map(Self::AlbAccess),
            Format::AlbConnection => AlbConnection::parse(line).map(Self::AlbConnection),
            Format::AlbHealthCheck => AlbHealthCheck::parse(line).map(Self::AlbHealthCheck),
            Format::NlbTls => NlbTls::parse(line).map(Self::NlbTls),
            Format::Classic => Classic::parse(line).map(Self::Classic),
        }
    }

    /// The line's format.
    pub fn format(&self) -> Format {
        match self {
            Self::AlbAccess(_) => Format::AlbAccess,
            Self::AlbConnection(_) => Format::AlbConnection,
            Self::AlbHealthCheck(_) => Format::AlbHealthCheck,
            Self::NlbTls(_) => Format::NlbTls,
            Self::Classic(_) => Format::Classic,
        }
    }

    /// The event's own time, by which it is indexed.
    pub fn time(&self) -> Timestamp<'a> {
        match self {
            Self::AlbAccess(record) => record.time,
            Self::AlbConnection(record) => record.timestamp,
            Self::AlbHealthCheck(record) => record.time,
            Self::NlbTls(record) => record.time,
            Self::Classic(record) => record.time,
        }
    }

    /// Who sent the request or opened the connection; health checks have no client.
    pub fn client(&self) -> Option<Endpoint<'a>> {
        match self {
            Self::AlbAccess(record) => record.client.value(),
            Self::AlbConnection(record) => record.client.value(),
            Self::AlbHealthCheck(_) => None,
            Self::NlbTls(record) => record.client.value(),
            Self::Classic(record) => record.client.value(),
        }
    }

    /// What the client says it is.
    pub fn user_agent(&self) -> Option<Text<'a>> {
        match self {
            Self::AlbAccess(record) => record.user_agent.value(),
            Self::Classic(record) => record.user_agent.value(),
            Self::AlbConnection(_) | Self::AlbHealthCheck(_) | Self::NlbTls(_) => None,
        }
    }
}
