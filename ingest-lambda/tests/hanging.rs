//! Services that stop answering: what they owe is asked for again.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use support::{Bucket, Index, Lambda, Reply, Request, Server, Signal, command, ingest, log, report_of};

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

/// The one line of eight over whose document the engine hangs.
fn hangs_over(bad: usize) {
    let bucket = Bucket::of(&[("a.log", log(8).as_bytes())]);
    let index = Index::default();
    let engine = Server::start(move |request| {
        if String::from_utf8_lossy(&request.body).contains(&format!(":80/{bad}\"")) {
            thread::sleep(Duration::from_secs(600));
        }
        index.answer(request)
    });
    let mut run = command("ingest", &bucket.serve(), &engine);
    let run = report_of(run.env("ALBATROSS_REQUEST_TIMEOUT_SECONDS", "20"));
    assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &1.into()), "{}", run.stderr);
    assert_eq!((&run.report["indexed"], &run.report["quarantined"]), (&7.into(), &1.into()));
}

#[test]
fn a_document_over_which_the_engine_hangs_is_set_aside() {
    hangs_over(6);
}

#[test]
fn a_first_document_over_which_the_engine_hangs_is_set_aside() {
    hangs_over(1);
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

/// Forgets, when it is told to, every connection that there is: nothing is answered by them any more.
#[derive(Clone, Default)]
struct Forgetful {
    newest: Arc<AtomicUsize>,
    forgotten: Arc<AtomicUsize>,
    asked_in_vain: Arc<AtomicUsize>,
}

impl Forgetful {
    fn forget(&self) {
        self.forgotten.store(self.newest.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
    }

    fn answers(&self, request: &Request) {
        self.newest.fetch_max(request.connection, Ordering::SeqCst);
        if request.connection < self.forgotten.load(Ordering::SeqCst) {
            self.asked_in_vain.fetch_add(1, Ordering::SeqCst);
            thread::sleep(Duration::from_secs(600));
        }
    }
}

/// Two ticks, between which the network forgets all connections. Gives how often they were used all the same.
fn asked_in_vain_after(pause: Duration) -> usize {
    let bucket = Bucket::of(&[("a.log", log(3).as_bytes())]);
    let (to_s3, to_engine) = (Forgetful::default(), Forgetful::default());
    let s3 = bucket.serve_with({
        let to_s3 = to_s3.clone();
        move |request| {
            to_s3.answers(request);
            None
        }
    });
    let index = Index::default();
    let engine = Server::start({
        let (to_engine, index) = (to_engine.clone(), index.clone());
        move |request| {
            to_engine.answers(request);
            index.answer(request)
        }
    });
    let lambda = Lambda::start(&s3, &engine, &[]);
    let tick = Duration::from_secs(30);
    assert_eq!(lambda.tick(tick).answer["objects"]["settled"], 1);
    bucket.put("b.log", log(3).as_bytes());
    to_s3.forget();
    to_engine.forget();
    thread::sleep(pause);
    let second = lambda.tick(tick).answer;
    assert_eq!(second["objects"]["settled"], 1, "{second}");
    [to_s3, to_engine].iter().map(|it| it.asked_in_vain.load(Ordering::SeqCst)).sum()
}

#[test]
fn after_a_freeze_no_connection_is_used_again() {
    assert_eq!(asked_in_vain_after(Duration::from_secs(32)), 0);
}

#[test]
fn after_a_short_freeze_a_dead_connection_costs_little() {
    assert!(asked_in_vain_after(Duration::from_secs(7)) > 0);
}
