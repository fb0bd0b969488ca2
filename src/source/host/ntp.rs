//! What a time server says of this machine's clock: one question of the Simple Network Time Protocol (RFC 4330; RFC
//! 5905, sections 7.3, 8 and 14), over UDP. Nobody is asked but whom a person named. The question says nothing of this
//! machine, not even its time: where that would stand is a number made for it, which the answer has to repeat.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _, UdpSocket};
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::{limits, seal};

/// The port of time servers.
const PORT: u16 = 123;

/// The seconds from the beginning of NTP's first era (1900) to that of Unix time (RFC 5905, figure 4).
const UNIX_ERA: u64 = 2_208_988_800;

/// The length of a packet without extensions, in bytes.
const LENGTH: usize = 48;

/// How long is waited before a question is asked once more: packets get lost.
const PATIENCE: Duration = Duration::from_secs(2);

/// The codes by which a server sends its clients away.
const KISSES: [&[u8]; 3] = [b"DENY", b"RSTR", b"RATE"];

/// The strata of servers that know the time.
const STRATA: std::ops::RangeInclusive<u8> = 1..=15;

/// A point in time, or the time between two: seconds, and their 2^32nd parts. Points wrap around with every era, the
/// time between two that are less than 68 years apart does not (RFC 5905, section 6).
type Stamp = u64;

/// A time server.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Server {
    host: String,
    port: u16,
}

/// How far its clock is from ours, and how long the answer was under way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Offset {
    /// What its clock is ahead, in whole seconds.
    pub(super) seconds: i64,
    /// The time that the question and its answer took on the way.
    pub(super) delay: Duration,
}

/// What a packet says.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    /// When the question came there.
    received: Stamp,
    /// When the answer left there.
    sent: Stamp,
}

/// Why there is no answer, and whether waiting for another one may help.
#[derive(Debug, PartialEq, Eq)]
enum Refused {
    /// It is none to our question: whoever sent it is not listened to.
    Foreign,
    /// The server says so.
    Because(&'static str),
}

impl Server {
    /// Reads `SERVER[:PORT]`; an IPv6 address stands in brackets.
    pub(super) fn parse(text: &str) -> Result<Server, &'static str> {
        const NONE: &str = "is no time server: SERVER[:PORT]";
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, rest)) => (host.parse::<Ipv6Addr>().map_err(|_| NONE)?.to_string(), rest),
            None => {
                let end = text.find(':').unwrap_or(text.len());
                let (host, rest) = text.split_at_checked(end).ok_or(NONE)?;
                (host.to_owned(), rest)
            }
        };
        let sound = !host.is_empty() && !host.starts_with('-') && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:".contains(c));
        let port = match port.strip_prefix(':') {
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or("has a port that is no number")?,
            None if port.is_empty() => PORT,
            None => return Err(NONE),
        };
        if sound { Ok(Server { host, port }) } else { Err(NONE) }
    }

    /// Where it is: `ntp://SERVER`.
    pub(super) fn place(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == PORT { format!("ntp://{host}") } else { format!("ntp://{host}:{}", self.port) }
    }

    /// Asks it, for as long as that may take.
    ///
    /// # Errors
    /// Why nothing is known.
    pub(super) fn ask(&self, limit: Duration) -> Result<Offset, &'static str> {
        const LATE: &str = "no answer within the time limit (--live-timeout)";
        let end = Instant::now() + limit;
        // Looking up a name takes as long as it takes: whoever waits for it does so for the limit.
        let (tell, told) = mpsc::channel();
        let (host, port) = (self.host.clone(), self.port);
        std::thread::spawn(move || tell.send((host.as_str(), port).to_socket_addrs().map(|all| all.take(limits::ADDRESSES).collect::<Vec<_>>())));
        let addresses = told.recv_timeout(limit).map_err(|_| LATE)?.map_err(|_| "there is no time server of this name")?;
        let mut reason = LATE;
        let mut left = addresses.len();
        for address in addresses {
            let now = Instant::now();
            let share = end.saturating_duration_since(now).checked_div(u32::try_from(left).unwrap_or(u32::MAX)).unwrap_or_default();
            left -= 1;
            match at(address, now + share) {
                Ok(offset) => return Ok(offset),
                Err(Some(why)) => reason = why,
                Err(None) => {}
            }
        }
        Err(reason)
    }
}

/// Asks at one address until some time; no reason where nobody answered.
fn at(address: SocketAddr, end: Instant) -> Result<Offset, Option<&'static str>> {
    const CLOSED: Option<&str> = Some("no time server answers there");
    let own = if address.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
    // A socket that is connected hands over what comes from that address alone.
    let socket = UdpSocket::bind((own, 0)).and_then(|socket| socket.connect(address).map(|()| socket)).map_err(|_| CLOSED)?;
    let mut reason = None;
    while Instant::now() < end {
        let nonce = nonce().ok_or(Some("this system gives no random numbers"))?;
        let (asked, begun) = (now().ok_or(Some("this machine's clock is not of this era"))?, Instant::now());
        socket.send(&question(nonce)).map_err(|_| CLOSED)?;
        let patience = end.min(begun + PATIENCE);
        loop {
            let left = patience.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let mut packet = [0; LENGTH * 8];
            socket.set_read_timeout(Some(left)).map_err(|_| CLOSED)?;
            let read = match socket.recv(&mut packet) {
                Ok(read) => read,
                Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut | std::io::ErrorKind::Interrupted) => {
                    continue;
                }
                Err(_) => return Err(CLOSED),
            };
            let back = asked.wrapping_add(stamp(begun.elapsed()));
            match answer(packet.get(..read).unwrap_or(&[]), nonce) {
                Ok(answer) => return Ok(offset(asked, &answer, back)),
                Err(Refused::Because(why)) => return Err(Some(why)),
                Err(Refused::Foreign) => reason = Some("what answers there is no time server, or answers somebody else"),
            }
        }
    }
    Err(reason)
}

/// A number that nobody can guess.
fn nonce() -> Option<u64> {
    u64::from_str_radix(seal::key::make()?.get(..16)?, 16).ok()
}

/// This machine's time.
fn now() -> Option<Stamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(stamp(since).wrapping_add(UNIX_ERA << 32))
}

fn stamp(time: Duration) -> Stamp {
    let fraction = (u64::from(time.subsec_nanos()) << 32) / 1_000_000_000;
    (time.as_secs() << 32) | fraction
}

/// A client's question (RFC 5905, figure 8): version 4, mode 3, and the number where its time would stand.
fn question(nonce: u64) -> [u8; LENGTH] {
    let mut packet = [0; LENGTH];
    let (head, tail) = packet.split_at_mut(LENGTH - 8);
    head.iter_mut().take(1).for_each(|first| *first = 4 << 3 | 3);
    tail.copy_from_slice(&nonce.to_be_bytes());
    packet
}

/// Reads an answer to the question with this number.
fn answer(packet: &[u8], nonce: u64) -> Result<Answer, Refused> {
    let at = |start: usize| Some(Stamp::from_be_bytes(packet.get(start..start + 8)?.try_into().ok()?));
    let (Some(&[first, stratum]), Some(originate), Some(received), Some(sent)) = (packet.get(..2), at(24), at(32), at(40)) else {
        return Err(Refused::Foreign);
    };
    let (leap, version, mode) = (first >> 6, first >> 3 & 7, first & 7);
    if originate != nonce || mode != 4 || !(3..=4).contains(&version) {
        return Err(Refused::Foreign);
    }
    // A server that is not synchronised has stratum 0 as well; the code says who is sent away (RFC 5905, section 7.4).
    let kiss = stratum == 0 && packet.get(12..16).is_some_and(|code| KISSES.contains(&code));
    match (leap, stratum) {
        _ if kiss => Err(Refused::Because("the time server wants not to be asked (kiss-o'-death)")),
        (leap, stratum) if leap == 3 || !STRATA.contains(&stratum) || sent == 0 || received == 0 => {
            Err(Refused::Because("the time server does not know the time itself: it is not synchronised"))
        }
        _ => Ok(Answer { received, sent }),
    }
}

/// The offset and delay from the four time stamps (RFC 5905, section 8).
fn offset(asked: Stamp, answer: &Answer, back: Stamp) -> Offset {
    let between = |later: Stamp, earlier: Stamp| i128::from(later.wrapping_sub(earlier).cast_signed());
    let twice = between(answer.received, asked) + between(answer.sent, back);
    let seconds = (twice + (1 << 32)).div_euclid(1 << 33);
    let delay = between(back, asked) - between(answer.sent, answer.received);
    let delay = u64::try_from(delay).unwrap_or(0);
    let nanos = ((delay & u64::from(u32::MAX)) * 1_000_000_000) >> 32;
    Offset { seconds: i64::try_from(seconds).unwrap_or(0), delay: Duration::from_secs(delay >> 32) + Duration::from_nanos(nanos) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: u64 = 0x0123_4567_89ab_cdef;

    /// A packet of a server of this leap, version, mode and stratum, that answers a number.
    fn packet(leap: u8, version: u8, mode: u8, stratum: u8, originate: u64, stamps: (Stamp, Stamp)) -> Vec<u8> {
        let mut packet = vec![leap << 6 | version << 3 | mode, stratum];
        packet.resize(24, 0);
        [originate, stamps.0, stamps.1].into_iter().for_each(|stamp| packet.extend(stamp.to_be_bytes()));
        packet
    }

    fn seconds(seconds: u64, thousandths: u64) -> Stamp {
        (seconds << 32) | ((thousandths << 32) / 1_000)
    }

    #[test]
    fn four_stamps_give_offset_and_delay() {
        let told = |asked, received, sent, back| {
            let offset = offset(asked, &Answer { received, sent }, back);
            (offset.seconds, offset.delay.as_millis())
        };
        let (asked, back) = (seconds(1_000, 0), seconds(1_000, 500));
        // 40 s ahead; the way there took 125 ms, the way back as well, and 250 ms passed there.
        assert_eq!(told(asked, seconds(1_040, 125), seconds(1_040, 375), back), (40, 250));
        assert_eq!(told(asked, seconds(960, 125), seconds(960, 375), back), (-40, 250));
        assert_eq!(told(asked, seconds(1_000, 125), seconds(1_000, 375), back), (0, 250));
        // From one era into the next, on 7 February 2036: ours is behind, then ahead.
        assert_eq!(told(u64::MAX - seconds(20, 0), seconds(19, 0), seconds(19, 0), u64::MAX - seconds(20, 0)).0, 39);
        assert_eq!(told(seconds(19, 0), u64::MAX - seconds(20, 0), u64::MAX - seconds(20, 0), seconds(19, 0)).0, -39);
        // What cannot be is no delay.
        assert_eq!(told(asked, seconds(1_000, 0), seconds(1_009, 0), back).1, 0);
    }

    #[test]
    fn only_answers_to_the_question_count() {
        let stamps = (seconds(5, 0), seconds(6, 0));
        assert_eq!(answer(&packet(0, 4, 4, 2, NONCE, stamps), NONCE), Ok(Answer { received: stamps.0, sent: stamps.1 }));
        for foreign in [packet(0, 4, 4, 2, NONCE + 1, stamps), packet(0, 4, 3, 2, NONCE, stamps), packet(0, 7, 4, 2, NONCE, stamps), Vec::new()] {
            assert_eq!(answer(&foreign, NONCE), Err(Refused::Foreign));
        }
        assert_eq!(answer(&question(NONCE), NONCE), Err(Refused::Foreign), "an echo");
        let reason = |packet: &[u8]| match answer(packet, NONCE) {
            Err(Refused::Because(reason)) => reason.rsplit(' ').next().unwrap_or_default(),
            _ => "",
        };
        let mut kiss = packet(3, 4, 4, 0, NONCE, (0, 0));
        assert_eq!(reason(&kiss), "synchronised");
        kiss.splice(12..16, *b"RATE");
        assert_eq!(reason(&kiss), "(kiss-o'-death)");
        for told in [packet(3, 4, 4, 2, NONCE, stamps), packet(0, 4, 4, 16, NONCE, stamps), packet(0, 4, 4, 2, NONCE, (0, 0))] {
            assert_eq!(reason(&told), "synchronised");
        }
        let whole = packet(0, 4, 4, 2, NONCE, stamps);
        (0..whole.len()).for_each(|end| assert_eq!(answer(whole.get(..end).unwrap_or(&[]), NONCE), Err(Refused::Foreign)));
    }

    #[test]
    fn servers_are_named_with_and_without_a_port() {
        let place = |text: &str| Server::parse(text).map(|server| server.place());
        assert_eq!(place("time.mill.test"), Ok("ntp://time.mill.test".to_owned()));
        assert_eq!(place("127.0.0.1:1123"), Ok("ntp://127.0.0.1:1123".to_owned()));
        assert_eq!(place("[::1]:123"), Ok("ntp://[::1]".to_owned()));
        for wrong in ["", "-x", "a b", "a:", "a:0", "a:x", "a:1:2", "[::1", "[x]", "[::1]2", "ntp://a", "u:p@a"] {
            assert!(Server::parse(wrong).is_err(), "{wrong}");
        }
    }
}
