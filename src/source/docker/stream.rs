//! The stream of a container's file system or of an image's layers (Docker Engine API, `ContainerExport`,
//! `ImageGet`), from the conversation to a reader of archives: that one waits for bytes where the other waits for an
//! engine, so it has a thread of its own. A few pieces of the stream are in memory at a time.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use futures_util::{Stream, StreamExt as _};
use tokio::time::{Instant, timeout_at};

/// How many pieces wait for the reader.
const PIECES: usize = 4;

/// Pieces as one stream.
pub(super) struct Pieces<B> {
    pieces: Receiver<B>,
    piece: Option<B>,
    read: usize,
}

impl<B: AsRef<[u8]>> Read for Pieces<B> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let rest = self.piece.as_ref().and_then(|piece| piece.as_ref().get(self.read..)).unwrap_or_default();
            if !rest.is_empty() || buffer.is_empty() {
                let count = { rest }.read(buffer)?;
                self.read += count;
                return Ok(count);
            }
            let Ok(piece) = self.pieces.recv() else { return Ok(0) };
            (self.piece, self.read) = (Some(piece), 0);
        }
    }
}

/// Reads an archive that comes in pieces, up to a moment; tells whether that came first. What came before stands.
///
/// # Errors
/// Why it did not begin.
pub(super) async fn read<B, E, T>(
    stream: impl Stream<Item = Result<B, E>>,
    end: Instant,
    read: impl FnOnce(Pieces<B>) -> T + Send + 'static,
) -> Result<(T, bool), E>
where
    B: AsRef<[u8]> + Send + 'static,
    T: Default + Send + 'static,
{
    let mut stream = std::pin::pin!(stream);
    let Ok(first) = timeout_at(end, stream.next()).await else { return Ok((T::default(), true)) };
    let (mut next, mut late) = (first.transpose()?, false);
    let (sender, pieces) = sync_channel::<B>(PIECES);
    let reader = thread::spawn(move || read(Pieces { pieces, piece: None, read: 0 }));
    while let Some(piece) = next {
        // Whoever has read to the end takes no more.
        if sender.send(piece).is_err() {
            break;
        }
        let more = timeout_at(end, stream.next()).await;
        late = more.is_err();
        next = more.ok().flatten().and_then(Result::ok);
    }
    drop(sender);
    Ok((reader.join().unwrap_or_default(), late))
}
