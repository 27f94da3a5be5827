//! How long judging a large plant takes: 3,000 assets, 100,000 conversations. `cargo bench -p assess`.

#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write;

use model::Plant;

fn main() {
    divan::main();
}

/// A plant where nearly everything is as it should be.
#[divan::bench]
fn ordinary(bencher: divan::Bencher) {
    let plant = plant(&|n| match n % 4 {
        0 => "tcp/502 modbus control\n  read \"read holding registers\" asked 900 done 900",
        1 => "tcp/102 s7comm control\n  read \"read var\" asked 900 done 900",
        2 => "tcp/443 tls web\n  protection encrypted\n  version \"TLS 1.3\"",
        _ => "udp/123 ntp network",
    });
    bencher.bench_local(|| assess::findings(&plant));
}

/// A plant where every conversation is worth several findings.
#[divan::bench]
fn worst(bencher: divan::Bencher) {
    let plant = plant(&|n| match n % 5 {
        0 => {
            "tcp/502 modbus control\n  write \"write single register\" asked 900 done 400 refused 500\n  malformed 30 \"length\""
        }
        1 => {
            "tcp/102 s7comm control\n  load-program \"download block\" asked 9 done 9\n  stop \"plc stop\" asked 1 done 1"
        }
        2 => "tcp/23 telnet management\n  credential password user \"admin\" clear default",
        3 => "tcp/5900 vnc remote-access\n  credential password clear empty\n  version \"RFB 3.3\" obsolete",
        _ => "tcp/80 unknown unknown\n  frames 2 sent 2 certainty none",
    });
    bencher.bench_local(|| assess::findings(&plant));
}

fn plant(what: &dyn Fn(u32) -> &'static str) -> Plant {
    let mut text =
        String::from("zone z-1 \"Cell\" level 1 10.1.0.0/16\nzone z-4 \"Office\" level 4 10.4.0.0/16\n");
    for n in 0..3_000_u32 {
        let (level, role) = match n % 10 {
            0 => ("2", "hmi"),
            1 => ("3", "engineering-station"),
            2 => ("4", "workstation"),
            _ => ("1", "controller"),
        };
        let _ = writeln!(text, "asset {} level {level} 0.9 role {role} name \"Asset {n}\"", address(n));
    }
    for n in 0..100_000_u32 {
        let (from, to) = (n % 1_000 * 10 % 3_000 + n / 1_000 % 3, (n * 7 + n / 1_000) % 3_000);
        let _ = writeln!(text, "conversation {} -> {} {}", address(from), address(to), what(n));
    }
    support::plant(&text)
}

fn address(n: u32) -> String {
    format!("10.{}.{}.{}", 1 + n % 4, n / 250, 1 + n % 250)
}
