//! The raw lines, compressed in blocks: a 600 MB log takes about a sixth of that.

/// Lines are gathered until a block has this many bytes.
const BLOCK: usize = 128 * 1024;

/// An append-only list of byte strings, read back one by one.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    packed: Vec<Block>,
    /// The block being filled.
    open: Vec<u8>,
    /// The end of every line within its block.
    ends: Vec<u32>,
    /// The block read last, inflated: rows are looked at in windows.
    cached: Option<(usize, Vec<u8>)>,
}

#[derive(Debug)]
struct Block {
    bytes: Box<[u8]>,
    inflated: usize,
    /// One past the last line of the block.
    end: usize,
}

impl Blocks {
    pub(crate) fn push(&mut self, line: &[u8]) {
        self.open.extend_from_slice(line);
        // A block ends soon after BLOCK and a line is bounded, so 32 bits are plenty.
        self.ends.push(self.open.len() as u32);
        if self.open.len() >= BLOCK {
            let bytes = lz4_flex::block::compress(&self.open).into_boxed_slice();
            self.packed.push(Block { bytes, inflated: self.open.len(), end: self.ends.len() });
            self.open.clear();
        }
    }

    pub(crate) fn get(&mut self, line: usize) -> Option<&[u8]> {
        let end = *self.ends.get(line)? as usize;
        let at = self.packed.partition_point(|block| block.end <= line);
        let first = at.checked_sub(1).and_then(|before| self.packed.get(before)).map_or(0, |block| block.end);
        let start = if line == first { 0 } else { *self.ends.get(line - 1)? as usize };
        let Some(block) = self.packed.get(at) else { return self.open.get(start..end) };
        if self.cached.as_ref().is_none_or(|(cached, _)| *cached != at) {
            self.cached = Some((at, lz4_flex::block::decompress(&block.bytes, block.inflated).ok()?));
        }
        self.cached.as_ref()?.1.get(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_from_any_block() {
        let line = |at: usize| format!("line {at} {}", "x".repeat(at % 700)).into_bytes();
        let mut blocks = Blocks::default();
        for at in 0..2000 {
            blocks.push(&line(at));
        }
        assert!(blocks.packed.len() > 3);
        for at in (0..2000).chain([0, 1999, 1000]) {
            assert_eq!(blocks.get(at), Some(&line(at)[..]), "{at}");
        }
        assert_eq!(blocks.get(2000), None);
    }

    #[test]
    fn empty_lines_keep_their_place() {
        let mut blocks = Blocks::default();
        blocks.push(b"");
        blocks.push(b"a");
        blocks.push(b"");
        assert_eq!([0, 1, 2].map(|at| blocks.get(at).map(<[u8]>::len)), [Some(0), Some(1), Some(0)]);
    }
}
