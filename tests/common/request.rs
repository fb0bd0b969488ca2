//! What a client asks of a server that a test plays.

use std::io::Read;

/// The head of a request, up to its empty line; none where the client is gone before.
pub(crate) fn head(stream: &mut impl Read) -> Option<String> {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => request.extend(buffer.iter().take(count)),
        }
    }
    Some(String::from_utf8_lossy(&request).into_owned())
}
