use super::*;
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

type Lines = Vec<(u64, u64, Vec<u8>)>;

/// All lines of a stream fed in pieces of `step` bytes, and how it ended.
fn read(stream: &[u8], step: usize) -> (Lines, Result<(), Damage>) {
    let mut reader = LogReader::new(Limits { line_bytes: 1000 });
    let mut lines = Vec::new();
    let own = |line: Line<'_>| (line.number, line.offset, line.bytes.to_vec());
    for piece in stream.chunks(step) {
        let pushed = reader.push(piece);
        while let Some(line) = reader.next_line() {
            lines.push(own(line));
        }
        if let Err(damage) = pushed {
            return (lines, Err(damage));
        }
    }
    let end = match reader.finish() {
        Ok(last) => {
            lines.extend(last.map(own));
            Ok(())
        }
        Err(damage) => Err(damage),
    };
    (lines, end)
}

fn member(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

const LOG: &[u8] = b"first line\r\n\nthird line\nand a last one without an end";

/// The same outcome whatever the chunking; returns it.
fn outcome(stream: &[u8]) -> (Lines, Option<DamageKind>) {
    let (lines, end) = read(stream, stream.len().max(1));
    for step in [1, 2, 3, 7, 64] {
        let (others, other_end) = read(stream, step);
        assert_eq!((&others, other_end.map_err(|d| d.kind)), (&lines, end.map_err(|d| d.kind)), "step {step}");
    }
    (lines, end.err().map(|damage| damage.kind))
}

#[test]
fn plain_gzip_and_members_give_the_same_lines() {
    let (plain, end) = outcome(LOG);
    assert_eq!(end, None);
    assert_eq!(plain.len(), 4);
    let halves = [member(&LOG[..17]), member(&LOG[17..])].concat();
    let empty_members = [member(b""), member(LOG), member(b"")].concat();
    let padded = [member(LOG), vec![0; 5]].concat();
    let padded_by_one = [member(LOG), vec![0]].concat();
    for stream in [member(LOG), halves, empty_members, padded, padded_by_one] {
        assert_eq!(outcome(&stream), (plain.clone(), None));
    }
}

#[test]
fn short_files() {
    assert_eq!(outcome(b""), (vec![], None));
    assert_eq!(outcome(b"x"), (vec![(1, 0, b"x".to_vec())], None));
    assert_eq!(outcome(b"\n"), (vec![(1, 0, vec![])], None));
    assert_eq!(outcome(b"a\n"), (vec![(1, 0, b"a".to_vec())], None));
    assert_eq!(outcome(&MAGIC), (vec![], Some(DamageKind::Truncated)));
}

#[test]
fn header_fields_are_stepped_over() {
    let mut encoder = flate2::GzBuilder::new()
        .filename("a.log")
        .comment("hour 7")
        .extra(vec![1, 2, 3])
        .write(Vec::new(), Compression::fast());
    encoder.write_all(LOG).expect("in memory");
    let stream = encoder.finish().expect("in memory");
    assert_eq!(outcome(&stream), outcome(LOG));
}

#[test]
fn cut_anywhere_is_noticed_and_keeps_whole_lines() {
    let whole = member(LOG);
    for length in 2..whole.len() {
        let (lines, end) = outcome(&whole[..length]);
        assert_eq!(end, Some(DamageKind::Truncated), "cut at {length}");
        assert!(outcome(LOG).0.starts_with(&lines));
        assert!(lines.len() < 4, "a piece of a line is no line");
    }
}

#[test]
fn damage_is_told_apart() {
    let whole = member(LOG);
    let flip = |from_end: usize| {
        let mut stream = whole.clone();
        let at = stream.len() - from_end;
        stream[at] ^= 0x55;
        outcome(&stream).1
    };
    assert_eq!(flip(8), Some(DamageKind::WrongChecksum));
    assert_eq!(flip(1), Some(DamageKind::WrongLength));
    assert_eq!(outcome(&[&whole[..], b"junk"].concat()).1, Some(DamageKind::TrailingData));
    assert_eq!(outcome(&[&whole[..], &[0, 0, 7]].concat()).1, Some(DamageKind::TrailingData));
    let mut header = whole.clone();
    header[2] = 9;
    assert_eq!(outcome(&header).1, Some(DamageKind::BadHeader));
    let mut body = whole.clone();
    body[10..].fill(0xFF);
    assert_eq!(outcome(&body).1, Some(DamageKind::BadDeflate));
}

/// Where a stream is damaged, however it is chunked.
fn damage_of(stream: &[u8]) -> Damage {
    let (_, end) = read(stream, stream.len());
    for step in [1, 2, 3, 7, 64] {
        assert_eq!(read(stream, step).1, end, "step {step}");
    }
    end.expect_err("damage")
}

#[test]
fn damage_says_where() {
    let first = member(b"one\ntwo\nhalf a");
    // The second member ends line 3 and has line 4; its checksum is wrong.
    let mut second = member(b" line\nfour\nfi");
    let trailer = second.len() - 8;
    second[trailer] ^= 0x55;
    let stream = [&first[..], &second, &member(b"ve\nsix\n")].concat();
    let damage = damage_of(&stream);
    assert_eq!(damage.kind, DamageKind::WrongChecksum);
    assert_eq!((damage.member_offset, damage.member_line), (first.len() as u64, 3));
    assert_eq!((damage.compressed_offset, damage.line), ((first.len() + trailer) as u64, 5));
    assert_eq!(damage.inflated_offset, 27);
    // The members behind it are not read.
    assert_eq!(read(&stream, stream.len()).0.len(), 4);
}

#[test]
fn in_plain_junk_behind_the_last_member_no_member_begins() {
    let whole = member(b"one\ntwo\n");
    for (junk, zeros) in [(&b"junk"[..], 0), (b"\0\0\0junk", 3)] {
        let damage = damage_of(&[&whole[..], junk].concat());
        assert_eq!(damage.kind, DamageKind::TrailingData);
        assert_eq!((damage.compressed_offset, damage.inflated_offset, damage.line), (whole.len() as u64 + zeros, 8, 3));
        assert_eq!((damage.member_offset, damage.member_line), (whole.len() as u64, 3));
    }
}

#[test]
fn what_came_out_before_the_data_made_no_sense_is_given() {
    let log: Vec<u8> =
        (0..5000_u32).flat_map(|at| format!("line {}\n", at.wrapping_mul(2_654_435_761)).into_bytes()).collect();
    let (all, _) = read(&log, log.len());
    // Whole blocks, flushed, which a broken one follows: where the data stop making sense is known.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&log).expect("in memory");
    encoder.flush().expect("in memory");
    let mut stream = encoder.get_ref().clone();
    // A block of the reserved type (RFC 1951, 3.2.3).
    stream.extend_from_slice(&[0x07; 300]);
    assert_eq!(outcome(&stream), (all, Some(DamageKind::BadDeflate)));
    let damage = damage_of(&stream);
    assert_eq!((damage.inflated_offset, damage.line), (log.len() as u64, 5001));
    assert_eq!((damage.member_offset, damage.member_line), (0, 1));
}

#[test]
fn an_expansion_bomb_stays_in_the_buffer() {
    let stream = member(&vec![b'x'; 30_000_000]);
    let mut reader = LogReader::new(Limits { line_bytes: 1000 });
    reader.push(&stream).expect("sound");
    assert!(reader.next_line().is_none());
    let line = reader.finish().expect("sound").expect("a line");
    assert_eq!((line.length, line.bytes.len()), (30_000_000, 1000));
}

#[test]
fn what_is_packed_otherwise_is_refused_by_name() {
    for (magic, kind) in OTHER_FILES {
        let stream = [magic, b"\x00 and whatever\nfollows\n"].concat();
        assert_eq!(outcome(&stream), (vec![], Some(kind)), "{kind:?}");
        let damage = damage_of(&stream);
        assert_eq!((damage.compressed_offset, damage.inflated_offset, damage.line), (0, 0, 1));
        assert!(kind.is_other_file());
        // Text that begins alike.
        let almost = [&magic[..magic.len() - 1], b"\n"].concat();
        assert_eq!(outcome(&almost).1, None);
        assert_eq!(outcome(&magic[..magic.len() - 1]).0.len(), 1);
    }
    assert!(!DamageKind::Truncated.is_other_file());
    assert!(outcome(b"\x28\xB5\x2F\xFD").1 == Some(DamageKind::Zstd));
}

#[test]
fn any_number_of_members_is_one_log() {
    let log: Vec<u8> = (0..200_u32).flat_map(|at| format!("line {at} of the log\n").into_bytes()).collect();
    let (plain, _) = outcome(&log);
    for size in [1, 5, 100] {
        let members: Vec<u8> = log.chunks(size).flat_map(|piece| [member(piece), member(b"")].concat()).collect();
        assert_eq!(read(&members, 77), (plain.clone(), Ok(())), "members of {size} bytes");
    }
}

#[test]
fn whole_members_before_a_cut_are_kept() {
    let first = member(b"one\ntwo\nhalf");
    let stream = [&first[..], &member(b" a line\nfour\n")].concat();
    // From the second member's first byte to its last but one.
    for length in first.len() + 1..stream.len() {
        let (lines, end) = outcome(&stream[..length]);
        assert_eq!(end, Some(DamageKind::Truncated), "cut at {length}");
        assert!(lines.len() >= 2, "cut at {length}");
    }
    // At the members' border nothing shows but a line without an end.
    assert_eq!(outcome(&first).0.len(), 3);
}

#[test]
fn a_line_over_the_limit_is_cut_and_the_next_is_whole() {
    let log = [&vec![b'x'; 5000][..], b"\nnext\n"].concat();
    for stream in [log.clone(), member(&log), [member(&log[..3000]), member(&log[3000..])].concat()] {
        let (lines, end) = outcome(&stream);
        assert_eq!((lines[0].2.len(), end), (1000, None));
        assert_eq!(lines[1], (2, 5001, b"next".to_vec()));
    }
}

#[test]
fn a_long_line_is_told_and_stops_nothing() {
    let long = vec![b'x'; 5000];
    let longest = vec![b'x'; 1000];
    for (log, line) in [
        ([b"one\n", &long[..], b"\nlast\n"].concat(), Some(2)),
        ([b"one\n", &long[..]].concat(), Some(2)),
        ([&longest[..], b"\n", &longest[..]].concat(), None),
    ] {
        for stream in [log.clone(), member(&log)] {
            let mut reader = LogReader::new(Limits { line_bytes: 1000 });
            for chunk in stream.chunks(700) {
                reader.push(chunk).unwrap();
                while reader.next_line().is_some() {}
            }
            assert!(reader.finish().is_ok());
            let told = reader.long_line().map(|damage| (damage.kind, damage.line));
            assert_eq!(told, line.map(|line| (DamageKind::LongLine, line)));
        }
    }
}
