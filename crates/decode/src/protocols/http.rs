//! HTTP/1: pages of controllers, panels, switches and servers.
//!
//! Source: RFC 9112 (messages), RFC 9110 (methods, fields), RFC 7617 (Basic).

use std::net::IpAddr;

use model::{
    Attribute, Certainty, Code, Confidence, Family, Object, Operation, Protection, Side, Subject, Weakness,
};

use crate::cursor::text;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::{default_credentials, ntlm, remote_tools};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "http",
    family: Family::Web,
    on: &[
        On::Tcp(80),
        On::Tcp(8080),
        On::Tcp(8000),
        On::Tcp(8008),
        On::Tcp(8081),
        On::Tcp(3128),
        On::Tcp(5985),
        On::Tcp(8530),
    ],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Http::default()),
};

/// Longest head of a message that is kept.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Longest first line of a request that is waited for to recognise it.
const LINE_BYTES_MAX: usize = 4 * 1024;
/// Longest line that gives the size of a chunk.
const CHUNK_LINE_BYTES_MAX: usize = 256;
/// Longest credentials that are looked at, in bytes of Base64.
const CREDENTIALS_BYTES_MAX: usize = 2048;
/// Longest form that is looked at.
const FORM_BYTES_MAX: usize = 512;
/// Most fields of one head.
const FIELDS_MAX: usize = 128;

const METHODS: &[(&str, &str)] = &[
    ("GET", "get"),
    ("POST", "post"),
    ("HEAD", "head"),
    ("PUT", "put"),
    ("DELETE", "delete"),
    ("OPTIONS", "options"),
    ("PATCH", "patch"),
    ("CONNECT", "connect"),
    ("TRACE", "trace"),
    ("PROPFIND", "propfind"),
    ("MKCOL", "mkcol"),
    ("MOVE", "move"),
    ("COPY", "copy"),
    ("LOCK", "lock"),
    ("UNLOCK", "unlock"),
    ("REPORT", "report"),
];

/// What follows a head.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Body {
    #[default]
    None,
    Bytes(usize),
    /// A form, which may be a log-in.
    Form(usize),
    Chunks,
    /// Fields behind the last chunk, up to an empty line.
    Trailer,
    UntilClose,
}

#[derive(Default)]
struct Http {
    bodies: [Body; 2],
    /// True while the next message of a side is a form.
    forms: [bool; 2],
    pending: Pending<(), (&'static str, &'static str)>,
    /// The last credentials presented, as a number: told again only when they change.
    credentials: u64,
    switched: bool,
    told: bool,
}

/// What a request does. Pages, forms and files are moved alike: what they mean to the device the protocol does not say.
fn operation(method: &str) -> Operation {
    match method {
        "CONNECT" | "OPTIONS" | "TRACE" => Operation::Other,
        _ => Operation::Transfer,
    }
}

fn method(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let word = bytes.get(..bytes.iter().take(12).position(|&byte| byte == b' ')?)?;
    METHODS.iter().find(|(method, _)| method.as_bytes() == word).copied()
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    if bytes.starts_with(b"HTTP/1.") {
        return Verdict::Yes;
    }
    if method(bytes).is_none() {
        return Verdict::No;
    }
    // RTSP and SIP have methods of the same names: the first line must end as HTTP's does.
    match bytes.iter().take(LINE_BYTES_MAX).position(|&byte| byte == b'\n') {
        Some(end) if bytes.get(..end).is_some_and(|line| line.trim_ascii_end().ends_with(b" HTTP/1.1")) => {
            Verdict::Yes
        }
        Some(end) if bytes.get(..end).is_some_and(|line| line.trim_ascii_end().ends_with(b" HTTP/1.0")) => {
            Verdict::Yes
        }
        None if opening.stream && bytes.len() < LINE_BYTES_MAX => Verdict::Maybe,
        _ => Verdict::No,
    }
}

impl Dissector for Http {
    fn frame(&mut self, bytes: &[u8], from: Side) -> Framing {
        let Some(body) = self.bodies.get_mut(from as usize) else { return Framing::Skip(bytes.len()) };
        match *body {
            Body::Bytes(length) => {
                *body = Body::None;
                return Framing::Skip(length);
            }
            Body::Form(total) => {
                *body = Body::None;
                if let Some(form) = self.forms.get_mut(from as usize) {
                    *form = true;
                }
                return Framing::Head { deliver: total.min(FORM_BYTES_MAX), total };
            }
            Body::UntilClose => return Framing::Skip(bytes.len()),
            Body::Chunks => return chunk(bytes, body),
            Body::Trailer => return trailer(bytes, body),
            Body::None => {}
        }
        if method(bytes).is_none()
            && !b"HTTP/1.".starts_with(bytes.get(..bytes.len().min(7)).unwrap_or_default())
        {
            let more =
                bytes.len() < 10 && METHODS.iter().any(|(method, _)| method.as_bytes().starts_with(bytes));
            return if more { Framing::More } else { Framing::Foreign };
        }
        match bytes.windows(4).take(HEAD_BYTES_MAX).position(|end| end == b"\r\n\r\n") {
            Some(end) => Framing::Message(end + 4),
            None if bytes.len() >= HEAD_BYTES_MAX => Framing::Foreign,
            None => Framing::More,
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let from = context.from as usize;
        if self.forms.get_mut(from).is_some_and(std::mem::take) {
            return form(bytes, context);
        }
        let body = if let Some((method, name)) = method(bytes) {
            context.sender_asks();
            let path = path(bytes);
            let object =
                if path.is_empty() { Object::None } else { Object::Named { space: "path", name: path } };
            context.request_of(operation(method), name, Code::Word(method), None, object);
            self.pending.asked((), (method, name));
            if !self.told {
                self.told = true;
                context.protection(Protection::Clear, "", false);
            }
            if method == "CONNECT" {
                remote_tools::tell(path.split(':').next().unwrap_or_default(), Certainty::Content, context);
            }
            self.request(bytes, method == "CONNECT", context)
        } else {
            context.sender_answers();
            self.response(bytes, context)
        };
        if let Some(place) = self.bodies.get_mut(from) {
            *place = body;
        }
        // After 101, or 200 to CONNECT, both sides speak something else.
        if self.switched {
            self.bodies = [Body::UntilClose; 2];
        }
    }

    fn gap(&mut self, from: Side) {
        // Whose answer comes next is not known any more; a switched connection stays switched.
        self.pending.clear();
        if let Some(body) = self.bodies.get_mut(from as usize).filter(|_| !self.switched) {
            *body = Body::None;
        }
        if let Some(form) = self.forms.get_mut(from as usize) {
            *form = false;
        }
    }
}

/// Steps over a chunk: its size in hexadecimal, its bytes, the line end.
fn chunk(bytes: &[u8], body: &mut Body) -> Framing {
    let Some(end) = bytes.iter().take(CHUNK_LINE_BYTES_MAX).position(|&byte| byte == b'\n') else {
        return if bytes.len() >= CHUNK_LINE_BYTES_MAX { Framing::Foreign } else { Framing::More };
    };
    let line = bytes.get(..end).unwrap_or_default();
    let digits = line.split(|byte| !byte.is_ascii_hexdigit()).next().unwrap_or_default();
    let size = std::str::from_utf8(digits).ok().and_then(|digits| usize::from_str_radix(digits, 16).ok());
    match size {
        Some(0) => {
            *body = Body::Trailer;
            Framing::Skip(end + 1)
        }
        Some(size) => Framing::Skip((end + 1).saturating_add(size).saturating_add(2)),
        None => {
            *body = Body::None;
            Framing::Foreign
        }
    }
}

/// Steps over a field behind the chunks; an empty line ends the message (RFC 9112, 7.1.2).
fn trailer(bytes: &[u8], body: &mut Body) -> Framing {
    match bytes.iter().take(LINE_BYTES_MAX).position(|&byte| byte == b'\n') {
        Some(end) => {
            if bytes.get(..end).is_some_and(|line| line.trim_ascii().is_empty()) {
                *body = Body::None;
            }
            Framing::Skip(end + 1)
        }
        None if bytes.len() >= LINE_BYTES_MAX => {
            *body = Body::None;
            Framing::Foreign
        }
        None => Framing::More,
    }
}

/// The path of a request, without its query: that may hold secrets.
fn path(head: &[u8]) -> &str {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let target = line.split(|&byte| byte == b' ').nth(1).unwrap_or_default();
    let path = target.split(|&byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default();
    // Some write user and password before the host of an absolute target (RFC 3986, 3.2.1).
    if path.contains(&b'@') { "" } else { std::str::from_utf8(path).unwrap_or_default() }
}

fn fields(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    head.split(|&byte| byte == b'\n').skip(1).take(FIELDS_MAX).filter_map(|line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        Some((line.get(..colon)?.trim_ascii(), line.get(colon + 1..)?.trim_ascii()))
    })
}

fn number(value: &[u8]) -> Option<usize> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

impl Http {
    fn request(&mut self, head: &[u8], tunnel: bool, context: &mut Context<'_>) -> Body {
        let (mut body, mut is_form) = (Body::None, false);
        for (name, value) in fields(head) {
            match () {
                () if name.eq_ignore_ascii_case(b"content-length") => {
                    body = number(value).filter(|n| *n > 0).map_or(body, Body::Bytes)
                }
                () if name.eq_ignore_ascii_case(b"transfer-encoding") => body = Body::Chunks,
                () if name.eq_ignore_ascii_case(b"content-type") => {
                    is_form = value.starts_with(b"application/x-www-form-urlencoded")
                }
                () if name.eq_ignore_ascii_case(b"authorization") => self.authorization(value, context),
                () if name.eq_ignore_ascii_case(b"host") => {
                    let host = text(value);
                    let host = host.split(':').next().unwrap_or_default();
                    remote_tools::tell(host, Certainty::Content, context);
                    // A proxy is asked for other hosts' pages.
                    if !tunnel
                        && path(head).starts_with('/')
                        && host.parse::<IpAddr>().is_err()
                        && !host.starts_with('[')
                    {
                        let (attribute, source) = (Attribute::Name, "HTTP Host header");
                        context.identity_of(Subject::Receiver, attribute, host, source, Confidence::Guessed);
                    }
                }
                () if name.eq_ignore_ascii_case(b"user-agent") => user_agent(&text(value), context),
                () => {}
            }
        }
        match body {
            Body::Bytes(length) if is_form => Body::Form(length),
            other => other,
        }
    }

    fn response(&mut self, head: &[u8], context: &mut Context<'_>) -> Body {
        let status = head.get(9..12).and_then(number).unwrap_or(0);
        let asked = if status >= 200 { self.pending.answered(&()) } else { None };
        if let Some((method, name)) = asked {
            context.answer(operation(method), name, Code::Word(method), status >= 400);
        }
        let tunnel = asked.is_some_and(|(method, _)| method == "CONNECT") && (200..300).contains(&status);
        self.switched |= status == 101 || tunnel;
        let empty =
            asked.is_some_and(|(method, _)| method == "HEAD") || matches!(status, 100..=199 | 204 | 304);
        let mut body = if empty { Body::None } else { Body::UntilClose };
        for (name, value) in fields(head) {
            match () {
                () if name.eq_ignore_ascii_case(b"content-length") && !empty => {
                    body = match number(value) {
                        Some(0) => Body::None,
                        Some(length) => Body::Bytes(length),
                        None => body,
                    }
                }
                () if name.eq_ignore_ascii_case(b"transfer-encoding") && !empty => body = Body::Chunks,
                () if name.eq_ignore_ascii_case(b"www-authenticate") => negotiated(value, context),
                () if name.eq_ignore_ascii_case(b"server") => {
                    context.identity_of(
                        Subject::Sender,
                        Attribute::Software,
                        &text(value),
                        "HTTP Server header",
                        Confidence::Derived,
                    );
                }
                () => {}
            }
        }
        body
    }
}

/// A log-in step of Windows in its own encoding.
fn negotiated(value: &[u8], context: &mut Context<'_>) {
    let (scheme, rest) = crate::lines::split(value);
    if scheme.eq_ignore_ascii_case(b"ntlm") || scheme.eq_ignore_ascii_case(b"negotiate") {
        ntlm::tell(&base64(rest.get(..rest.len().min(CREDENTIALS_BYTES_MAX)).unwrap_or_default()), context);
    }
}

impl Http {
    fn authorization(&mut self, value: &[u8], context: &mut Context<'_>) {
        if std::mem::replace(&mut self.credentials, default_credentials::number(value))
            == default_credentials::number(value)
        {
            return;
        }
        let (scheme, rest) = crate::lines::split(value);
        if scheme.eq_ignore_ascii_case(b"basic") {
            let decoded = base64(rest.get(..rest.len().min(CREDENTIALS_BYTES_MAX)).unwrap_or_default());
            // Without a colon (RFC 7617, 2) what stands there may be the secret itself: it is not told.
            let colon = decoded.iter().position(|&byte| byte == b':');
            let user = colon.and_then(|colon| decoded.get(..colon)).map(text);
            let secret = colon.and_then(|colon| decoded.get(colon + 1..)).unwrap_or_default();
            let weakness = default_credentials::weakness(user.as_deref(), secret);
            context.credential("password", user.as_deref(), Protection::Clear, weakness);
        } else if scheme.eq_ignore_ascii_case(b"bearer") {
            context.credential("bearer token", None, Protection::Clear, Weakness::None);
        } else {
            negotiated(value, context);
        }
    }
}

/// A form with a field for a password and one for a name is a log-in (WHATWG URL, application/x-www-form-urlencoded).
fn form(bytes: &[u8], context: &mut Context<'_>) {
    const USER_FIELDS: &[&[u8]] = &[b"user", b"username", b"login", b"name", b"user_name", b"userid"];
    const SECRET_FIELDS: &[&[u8]] = &[b"password", b"passwd", b"pass", b"pwd", b"pw"];
    let field = |names: &[&[u8]]| {
        bytes.split(|&byte| byte == b'&').take(FIELDS_MAX).find_map(|field| {
            let equals = field.iter().position(|&byte| byte == b'=')?;
            let name = field.get(..equals)?;
            names.iter().any(|known| name.eq_ignore_ascii_case(known)).then(|| field.get(equals + 1..))?
        })
    };
    if let (Some(user), Some(secret)) = (field(USER_FIELDS), field(SECRET_FIELDS)) {
        let (user, secret) = (unescaped(user), unescaped(secret));
        let user = text(&user);
        context.credential(
            "password",
            Some(&user),
            Protection::Clear,
            default_credentials::weakness(Some(&user), &secret),
        );
    }
}

/// A value of a form: `+` is a blank, `%41` is a byte in hexadecimal.
fn unescaped(value: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(value.len()), value);
    while let [first, after @ ..] = rest {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = escaped.and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        match (byte, first) {
            (Some(byte), _) => out.push(byte),
            (None, b'+') => out.push(b' '),
            (None, other) => out.push(*other),
        }
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    out
}

/// Base64 (RFC 4648, 4); foreign characters are left out.
fn base64(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut bits, mut held) = (Vec::with_capacity(bytes.len()), 0_u32, 0);
    for &byte in bytes {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        (bits, held) = (bits << 6 | u32::from(value), held + 6);
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    out
}

/// Operating systems that browsers name.
fn user_agent(value: &str, context: &mut Context<'_>) {
    let os = match value {
        _ if value.contains("Windows NT 10.0") => "Windows 10 or later",
        _ if value.contains("Windows NT 6.3") => "Windows 8.1",
        _ if value.contains("Windows NT 6.2") => "Windows 8",
        _ if value.contains("Windows NT 6.1") => "Windows 7",
        _ if value.contains("Windows NT 6.0") => "Windows Vista",
        _ if value.contains("Windows NT 5.1") => "Windows XP",
        _ if value.contains("Windows CE") => "Windows CE",
        _ if value.contains("Android") => "Android",
        _ if value.contains("Linux") => "Linux",
        _ if value.contains("Mac OS X") => "macOS",
        _ => return,
    };
    context.identity_of(Subject::Sender, Attribute::Os, os, "HTTP User-Agent header", Confidence::Derived);
}
