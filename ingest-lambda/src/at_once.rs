//! Several things at once, and no more than so many.

use tokio::task::JoinSet;

/// Does all of the work, `most` at once, each in a task of its own, and gives the results as they come.
///
/// # Errors
/// The first one; what is under way is broken off then.
pub(crate) async fn at_once<T, E, F>(
    most: usize,
    work: impl IntoIterator<Item = F>,
    mut each: impl FnMut(T),
) -> Result<(), E>
where
    T: Send + 'static,
    E: Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    let mut waiting = work.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < most
            && let Some(next) = waiting.next()
        {
            running.spawn(next);
        }
        match running.join_next().await {
            Some(Ok(done)) => each(done?),
            Some(Err(failed)) => std::panic::resume_unwind(failed.into_panic()),
            None => return Ok(()),
        }
    }
}
