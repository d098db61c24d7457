//! The kinds of document there are, and what differs between them beside the writing.

use super::field::{FIELDS, Type};
use super::network_log;
use crate::format::Format;
use serde::{Deserialize, Serialize};

/// What documents look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schema {
    /// Elastic Common Schema, with the names that Elastic's AWS integration gives, for every format.
    #[default]
    Ecs,
    /// The flat document of the ingest of 2019, for Application Load Balancers' access logs alone.
    NetworkLog,
}

impl Schema {
    /// Whether lines of this format are documents.
    pub fn takes(self, format: Format) -> bool {
        self == Self::Ecs || format == Format::AlbAccess
    }

    /// Whether there are indices for a year's documents: the pattern of the flat documents' begins with the century, since
    /// `logs-*-*` would take other people's data streams.
    pub(crate) fn has_indices_of(self, year: &str) -> bool {
        self == Self::Ecs || year.starts_with("20")
    }

    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What begins index names where nothing else is said.
    pub(crate) fn default_index(self) -> &'static str {
        match self {
            Self::Ecs => "albatross-elb",
            Self::NetworkLog => "logs",
        }
    }

    /// Every field of a document, by its path.
    pub(crate) fn fields(self) -> &'static [(&'static str, Type)] {
        match self {
            Self::Ecs => FIELDS,
            Self::NetworkLog => &network_log::FIELDS,
        }
    }

    /// The type of the field of this path, where there is one.
    pub(crate) fn kind(self, path: &str) -> Option<Type> {
        self.fields().iter().find(|(field, _)| *field == path).map(|(_, kind)| *kind)
    }

    /// The event's own time.
    pub(crate) fn time_field(self) -> &'static str {
        match self {
            Self::Ecs => "@timestamp",
            Self::NetworkLog => "requestTime",
        }
    }

    /// The client's address.
    pub(crate) fn client_field(self) -> &'static str {
        match self {
            Self::Ecs => "source.address",
            Self::NetworkLog => "externalIp",
        }
    }

    /// The type that Elasticsearch 6 wants to be told.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Ecs => "_doc",
            Self::NetworkLog => "network_log",
        }
    }

    /// What stands between the parts of an index name's date.
    pub(crate) fn date_separator(self) -> char {
        match self {
            Self::Ecs => '.',
            Self::NetworkLog => '-',
        }
    }
}
