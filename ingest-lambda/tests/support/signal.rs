//! Telling a running command to end, from within a server that it talks to.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use super::{Run, run_of};

/// The command that runs at present.
#[derive(Clone, Default)]
pub struct Signal(Arc<Mutex<Option<u32>>>);

impl Signal {
    /// Runs a command that can be told to end.
    pub fn report_of(&self, command: &mut Command) -> Run {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
        *self.0.lock().expect("lock") = Some(child.id());
        run_of(child.wait_with_output().expect("the command ends"))
    }

    /// Sends SIGTERM, once a run.
    pub fn send(&self) {
        self.send_as("-TERM");
    }

    /// Sends SIGINT, as often as it is called.
    pub fn interrupt(&self) {
        if let Some(id) = *self.0.lock().expect("lock") {
            let sent = Command::new("kill").args(["-INT", &id.to_string()]).status().expect("kill");
            assert!(sent.success());
        }
    }

    /// Ends it at once, as a lack of memory does.
    pub fn kill(&self) {
        self.send_as("-KILL");
    }

    fn send_as(&self, signal: &str) {
        if let Some(id) = self.0.lock().expect("lock").take() {
            let sent = Command::new("kill").args([signal, &id.to_string()]).status().expect("kill");
            assert!(sent.success());
        }
    }
}
