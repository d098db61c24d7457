//! What the page counts, sorts and draws by, as a struct of arrays.

use crate::enrich::Reason;

/// One row's cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cells {
    pub line: u64,
    pub offset: u64,
    pub time_us: i64,
    pub status: Option<u16>,
    pub target_status: Option<u16>,
    pub duration_us: Option<u64>,
    pub reason: Reason,
}

/// Every row's cells; `MAX` stands for "no value".
#[derive(Debug, Default)]
pub(crate) struct Columns {
    line: Vec<u32>,
    offset: Vec<u64>,
    time_us: Vec<i64>,
    status: Vec<u16>,
    target_status: Vec<u16>,
    /// A WebSocket may last for days.
    duration_us: Vec<u64>,
    reason: Vec<Reason>,
}

impl Columns {
    pub(crate) fn len(&self) -> usize {
        self.line.len()
    }

    pub(crate) fn push(&mut self, cells: Cells) {
        self.line.push(u32::try_from(cells.line).unwrap_or(u32::MAX));
        self.offset.push(cells.offset);
        self.time_us.push(cells.time_us);
        self.status.push(cells.status.unwrap_or(u16::MAX));
        self.target_status.push(cells.target_status.unwrap_or(u16::MAX));
        self.duration_us.push(cells.duration_us.unwrap_or(u64::MAX));
        self.reason.push(cells.reason);
    }

    pub(crate) fn get(&self, row: usize) -> Option<Cells> {
        let present = |value: u16| (value != u16::MAX).then_some(value);
        Some(Cells {
            line: u64::from(*self.line.get(row)?),
            offset: *self.offset.get(row)?,
            time_us: *self.time_us.get(row)?,
            status: present(*self.status.get(row)?),
            target_status: present(*self.target_status.get(row)?),
            duration_us: self.duration_us.get(row).copied().filter(|us| *us != u64::MAX),
            reason: *self.reason.get(row)?,
        })
    }

    /// Time in microseconds and status class (0: no status, 1 to 5: 1xx to 5xx) of every row.
    pub(crate) fn times_and_classes(&self) -> impl Iterator<Item = (i64, usize)> {
        self.time_us.iter().copied().zip(self.status.iter().map(|status| class(*status)))
    }

    pub(crate) fn reasons(&self) -> impl Iterator<Item = Reason> {
        self.reason.iter().copied()
    }
}

fn class(status: u16) -> usize {
    let class = usize::from(status / 100);
    if class <= 5 { class } else { 0 }
}
