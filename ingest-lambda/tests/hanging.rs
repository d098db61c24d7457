//! Services that stop answering: what they owe is asked for again.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use support::{Bucket, Index, Reply, Server, Signal, command, ingest, log};

#[test]
fn a_get_without_an_answer_is_sent_again() {
    let bucket = Bucket::of(&[("a.log", log(3).as_bytes())]);
    let gets = AtomicUsize::new(0);
    let s3 = bucket.serve_with(move |request| {
        if request.method == "GET"
            && request.path.starts_with("/logs/a.log")
            && gets.fetch_add(1, Ordering::SeqCst) == 0
        {
            thread::sleep(Duration::from_secs(120));
        }
        None
    });
    let begun = Instant::now();
    let run = ingest(&s3, &Index::default().serve());
    assert_eq!((run.status, &run.report["indexed"]), (Some(0), &3.into()), "{}", run.stderr);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn a_body_that_stalls_is_taken_up_where_it_stopped() {
    let text = log(2000);
    let bucket = Bucket::of(&[("a.log", text.as_bytes())]);
    let gets = AtomicUsize::new(0);
    let s3 = bucket.serve_with({
        let bucket = bucket.clone();
        move |request| {
            let is_get = request.method == "GET" && request.path.starts_with("/logs/a.log");
            if !is_get {
                return None;
            }
            if gets.fetch_add(1, Ordering::SeqCst) > 0 {
                assert!(request.headers.contains_key("range") && request.headers.contains_key("if-match"));
                return None;
            }
            let whole = bucket.answer(request);
            let half = whole.body.len() / 2;
            Some(Reply { stalls: true, ..whole.cut_at(half) })
        }
    });
    let begun = Instant::now();
    let run = ingest(&s3, &Index::default().serve());
    assert_eq!((run.status, &run.report["indexed"]), (Some(0), &2000.into()), "{}", run.stderr);
    assert_eq!(run.report["bytes"]["received"], text.len());
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let bucket = Bucket::of(&[("a.log", log(3).as_bytes())]);
    let (index, signal) = (Index::default(), Signal::default());
    let is_told = Arc::new(AtomicUsize::new(0));
    let engine = Server::start({
        let (signal, is_told) = (signal.clone(), Arc::clone(&is_told));
        move |request| {
            if request.path.starts_with("/_bulk") && is_told.fetch_add(1, Ordering::SeqCst) == 0 {
                signal.interrupt();
            }
            index.answer(request)
        }
    });
    // The first one lets the state be saved, which never ends.
    let s3 = bucket.serve_with({
        let signal = signal.clone();
        move |request| {
            if request.method == "PUT" && is_told.load(Ordering::SeqCst) > 0 {
                thread::sleep(Duration::from_millis(300));
                signal.interrupt();
                thread::sleep(Duration::from_secs(120));
            }
            None
        }
    });
    let run = signal.report_of(command("ingest", &s3, &engine).env("ALBATROSS_SETTLE", "keep"));
    assert_eq!(run.status, Some(130), "{}", run.stderr);
}
