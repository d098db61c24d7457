use super::*;
use crate::damage::OTHER_FILES;
use crate::gzip::MAGIC;
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
    loop {
        match reader.finish() {
            Ok(Some(line)) => lines.push(own(line)),
            Ok(None) => return (lines, Ok(())),
            Err(damage) => return (lines, Err(damage)),
        }
    }
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
            while reader.finish().unwrap().is_some() {}
            let told = reader.long_line().map(|damage| (damage.kind, damage.line));
            assert_eq!(told, line.map(|line| (DamageKind::LongLine, line)));
        }
    }
}

/// The files of an archive, or the one file that it is, with their lines and what is wrong with each.
fn files(stream: &[u8], step: usize) -> Vec<(Option<String>, Lines, Option<DamageKind>)> {
    let mut reader = LogReader::of_archives(Limits { line_bytes: 1000 });
    let mut files = vec![(None, Lines::new(), None)];
    let own = |line: Line<'_>| (line.number, line.offset, line.bytes.to_vec());
    let mut take = |reader: &mut LogReader, is_end: bool| loop {
        let line = match is_end {
            false => reader.next_line().map(own),
            true => match reader.finish() {
                Ok(line) => line.map(own),
                Err(damage) => {
                    files.last_mut().expect("a file").2 = Some(damage.kind);
                    return;
                }
            },
        };
        match line {
            Some(line) => files.last_mut().expect("a file").1.push(line),
            None => match reader.next_file() {
                Some(NextFile { name, damage }) => {
                    files.last_mut().expect("a file").2 = damage.map(|damage| damage.kind);
                    files.push((Some(name), Lines::new(), None));
                }
                None => return,
            },
        }
    };
    for piece in stream.chunks(step) {
        let pushed = reader.push(piece);
        take(&mut reader, false);
        if pushed.is_err() {
            break;
        }
    }
    take(&mut reader, true);
    files
}

/// The same, however the bytes come.
fn files_of(stream: &[u8]) -> Vec<(Option<String>, Lines, Option<DamageKind>)> {
    let whole = files(stream, stream.len().max(1));
    for step in [1, 3, 511, 512, 700] {
        assert_eq!(files(stream, step), whole, "step {step}");
    }
    whole
}

#[test]
fn packed_twice_and_in_other_characters() {
    let (plain, _) = outcome(LOG);
    let marked: Vec<u8> =
        [0xFEFF].into_iter().chain(String::from_utf8_lossy(LOG).encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for stream in [
        member(&member(LOG)),
        member(&[member(&LOG[..20]), member(&LOG[20..])].concat()),
        member(&member(&member(LOG))),
        marked.clone(),
        member(&marked),
    ] {
        assert_eq!(outcome(&stream), (plain.clone(), None));
    }
    assert_eq!(outcome(&member(&member(&member(&member(&member(LOG)))))).1, Some(DamageKind::TooDeep));
    assert_eq!(outcome(&member(b"\x28\xB5\x2F\xFD....")).1, Some(DamageKind::Zstd));
    assert_eq!(outcome(&member(&member(LOG)[..20])).1, Some(DamageKind::Truncated));
    let mut lines = LogReader::of_lines(Limits::default());
    lines.push(b"{\"records\":[{\"a\":1}]}\n#Fields: type time elb\n").expect("sound");
    assert_eq!(lines.next_line().map(|line| line.bytes), Some(&b"{\"records\":[{\"a\":1}]}"[..]), "as it stands");
}

#[test]
fn logs_in_an_archive_are_files_of_their_own() {
    use crate::unwrap::tar_entry as entry;
    let end = vec![0; 1024];
    let mut cut = member(b"four\nfive\n");
    cut.truncate(cut.len() - 4);
    let archive = [
        entry("logs/a.log", b"one\ntwo"),
        entry("logs/readme.txt", b"x\n"),
        entry("logs/b.log.gz", &cut),
        entry("logs/c.log.gz", &member(b"six\n")),
        entry("logs/d.log", b""),
        end.clone(),
    ]
    .concat();
    let line = |number, offset, text: &str| (number, offset, text.as_bytes().to_vec());
    let expected = vec![
        (None, vec![], None),
        (Some("logs/a.log".to_owned()), vec![line(1, 0, "one"), line(2, 4, "two")], None),
        (Some("logs/b.log.gz".to_owned()), vec![line(1, 0, "four"), line(2, 5, "five")], Some(DamageKind::Truncated)),
        (Some("logs/c.log.gz".to_owned()), vec![line(1, 0, "six")], None),
        (Some("logs/d.log".to_owned()), vec![], None),
    ];
    for stream in [archive.clone(), member(&archive)] {
        assert_eq!(files_of(&stream), expected);
        assert_eq!(outcome(&stream), (vec![], Some(DamageKind::Tar)), "one log was asked for");
    }
    let cut = &archive[..600];
    assert_eq!(files_of(cut).last().expect("a file").2, Some(DamageKind::CutArchive));
    let last = [entry("a.log", b"one\n"), entry("b.log.gz", &member(b"x\n")[..20]), end].concat();
    assert_eq!(files_of(&last).last().expect("a file").2, Some(DamageKind::Truncated));
    assert_eq!(files_of(&member(&last)).last().expect("a file").2, Some(DamageKind::Truncated));
}

#[test]
fn bombs_stay_in_the_buffers() {
    let zeros = member(&vec![b'x'; 20_000_000]);
    let stream = member(&member(&zeros));
    let mut reader = LogReader::new(Limits { line_bytes: 1000 });
    reader.push(&stream).expect("sound");
    assert!(reader.next_line().is_none());
    let line = reader.finish().expect("sound").expect("a line");
    assert_eq!((line.length, line.bytes.len()), (20_000_000, 1000));
    let entries = (0..2000).flat_map(|at| crate::unwrap::tar_entry(&format!("{at}.log"), b"x\n"));
    let many: Vec<u8> = entries.chain([0; 1024]).collect();
    let files = files(&member(&many), 100);
    assert_eq!(files.len(), 2001);
    assert!(files.iter().skip(1).all(|(_, lines, damage)| lines.len() == 1 && damage.is_none()));
}

#[test]
fn tables_events_and_what_is_no_log_at_all() {
    let texts = |stream: &[u8]| {
        let (lines, damage) = outcome(stream);
        (
            lines.into_iter().map(|(_, _, bytes)| String::from_utf8_lossy(&bytes).into_owned()).collect::<Vec<_>>(),
            damage,
        )
    };
    let row = r#"{"type":"tls","time":"2026","elb":"a"}"#;
    let header = "#Version: 1.0\n#Fields: type time elb\n";
    let both = format!("{header}tls\t2026\ta\n\n#Fields: time elb type\r\n2026 a tls\r\n");
    let (lines, damage) = texts(both.as_bytes());
    assert_eq!(
        lines,
        [
            "#Version: 1.0",
            "#Fields: type time elb",
            row,
            "",
            "#Fields: time elb type",
            r#"{"time":"2026","elb":"a","type":"tls"}"#
        ]
    );
    assert_eq!(damage, None);
    assert_eq!(texts(format!("{header}tls 2026 a b\n").as_bytes()).1, Some(DamageKind::Delimiter));
    assert_eq!(texts(b"type,time,elb\ntls,2026,a\n").0, ["type,time,elb", row]);
    assert_eq!(texts(b"#Fields: date time c-ip\n2026\t09:00\t192.0.2.1\n"), (vec![], Some(DamageKind::OtherW3c)));
    let other = b"#Version: 1.0\n#Fields: date time c-ip\n2026\t09:00\t192.0.2.1\n";
    assert_eq!(texts(other), (vec!["#Version: 1.0".to_owned()], Some(DamageKind::OtherW3c)));
    let events = br#"{"messageType":"DATA_MESSAGE","logEvents":[{"message":"a"},{"message":"b"}]}"#;
    assert_eq!(texts(events).0, [r#"{"message":"a"}"#, r#"{"message":"b"}"#]);
    assert_eq!(texts(&member(events)).0.len(), 2);
    assert_eq!(
        texts(b"<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code></Error>").1,
        Some(DamageKind::S3NoSuchKey)
    );
    assert_eq!(texts(b"https 2026 a\rhttps 2026 b\r").1, Some(DamageKind::CarriageReturns));
    let bare = "https,2026-09-23T07:15:47Z,app/a/1,192.0.2.1:1,-,-1,-1,-1,404,-,1,2,GET http://a/,a (b, c),-,-,-,-";
    assert_eq!(texts(bare.as_bytes()).1, Some(DamageKind::Delimiter));
    assert_eq!(texts(bare.replace(',', " ").as_bytes()).1, Some(DamageKind::Delimiter));
    // What is wrong with it is told of the line.
    assert_eq!(texts(bare.replace(',', " ").replace("GET", "\u{201C}GET").as_bytes()).1, None);
}
