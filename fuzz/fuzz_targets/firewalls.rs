//! Any text as a firewall's configuration, in every dialect: read to the end, and what comes of it holds together.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::firewall::Then;

fuzz_target!(|data: &[u8]| {
    let Some(firewall) = import::read_firewall(&String::from_utf8_lossy(data)) else { return };
    for stage in firewall.stages.iter().chain(&firewall.unbound) {
        for (at, step) in stage.steps.iter().enumerate() {
            assert!(step.otherwise > at, "steps lead forward");
            if let Then::Go(to) | Then::Translate { go: to, .. } = &step.then {
                assert!(*to > at, "steps lead forward");
            }
            assert!(
                step.rule.is_none_or(|rule| rule < firewall.rules.len()),
                "a step names a rule that is there"
            );
        }
    }
});
