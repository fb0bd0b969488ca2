//! The key under which hidden values are compared. Without one it is made up anew in every run, so that
//! prints of two runs say nothing of each other; a project's own key makes those of its snapshots
//! comparable. The key itself is never stored, shown or derived from anything that is.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::OnceLock;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// How many digits the id of a key has.
const ID_DIGITS: usize = 12;

/// Bytes as digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The shortest text that is taken as a key, in bytes.
pub const SHORTEST: usize = 16;

/// What is said to whoever gives a shorter one.
pub const TOO_SHORT: &str = "the key is shorter than 16 characters; `evenkeel init --key` makes one";

/// The keys of this run: the project's, or one that was made up.
static KEY: OnceLock<Key> = OnceLock::new();

struct Key {
    bytes: [u8; 32],
    of_project: bool,
}

/// Takes the project's key, before anything is sealed.
///
/// # Errors
/// What is wrong with it; the text of the key is not in it.
pub fn take(text: &str) -> Result<(), &'static str> {
    let text = text.trim();
    if text.len() < SHORTEST {
        return Err(TOO_SHORT);
    }
    let bytes = Sha256::digest(text.as_bytes()).into();
    let taken = KEY.set(Key { bytes, of_project: true }).is_ok() || KEY.get().is_some_and(|key| key.bytes == bytes);
    if taken { Ok(()) } else { Err("the key comes after something was sealed without it") }
}

/// What the project's key is called in snapshots; none where there is no such key. It tells two keys apart and
/// nothing of either.
pub fn id() -> Option<String> {
    let of_project = KEY.get().is_some_and(|key| key.of_project);
    of_project.then(|| hex(&mac("evenkeel key id")).chars().take(ID_DIGITS).collect())
}

/// The keyed digest of a text: HMAC-SHA-256 (RFC 2104).
pub(super) fn mac(text: &str) -> [u8; 32] {
    let key = KEY.get_or_init(|| Key { bytes: made_up(), of_project: false });
    // A key of any length makes a MAC.
    Hmac::<Sha256>::new_from_slice(&key.bytes).map_or([0; 32], |mut mac| {
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    })
}

/// A signature of a text under the project's key; none where there is no such key.
pub fn signature(text: &str) -> Option<String> {
    id()?;
    Some(hex(&mac(&format!("evenkeel snapshot\0{text}"))))
}

/// A key that nobody knows, for this run alone.
fn made_up() -> [u8; 32] {
    let mut key = [0; 32];
    if getrandom::fill(&mut key).is_err() {
        // Prints of one run are seen by nobody: what tells two runs apart is enough.
        for part in key.chunks_mut(8) {
            let random = std::collections::hash_map::RandomState::new().build_hasher().finish().to_le_bytes();
            part.copy_from_slice(&random);
        }
    }
    key
}

/// A new key for a project, from the system's own source of random numbers; none where it has none.
pub fn make() -> Option<String> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).ok()?;
    Some(hex(&key))
}
