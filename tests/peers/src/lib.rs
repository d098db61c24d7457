//! What `make bench` measures against, as bare as can be: blocking sockets, a thread a connection, nothing done twice.

mod message;

pub use message::{Message, read, status_of};
