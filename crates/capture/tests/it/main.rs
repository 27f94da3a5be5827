//! Captures built byte by byte from the published formats, whole, cut, damaged and hostile.
//!
//! pcap: draft-ietf-opsawg-pcap and pcap-savefile(5). pcapng: draft-ietf-opsawg-pcapng. gzip: RFC 1952.
//! Zstandard: RFC 8878.

mod build;
mod compressed;
mod damage;
mod pcap;
mod pcapng;
mod source;
