//! The plant's words in each language: every value of the shared enums, one place.

use model::{Attribute, Confidence, Level, LevelJudgement, LevelState, Operation, Protection, Severity};

use model::{Language, Noun};

pub(crate) const ASSET: Noun = Noun("asset", "assets", "Gerät", "Geräte");
pub(crate) const ZONE: Noun = Noun("zone", "zones", "Zone", "Zonen");
pub(crate) const CONVERSATION: Noun = Noun("conversation", "conversations", "Verbindung", "Verbindungen");
pub(crate) const FINDING: Noun = Noun("finding", "findings", "Befund", "Befunde");
pub(crate) const PACKET: Noun = Noun("packet", "packets", "Paket", "Pakete");
pub(crate) const LINE: Noun = Noun("line", "lines", "Linie", "Linien");

/// What a level is called.
pub(crate) fn level(level: Level, language: Language) -> &'static str {
    match level {
        Level::Process => language.pick("Process", "Prozess"),
        Level::Control => language.pick("Control", "Steuerung"),
        Level::Supervision => language.pick("Supervision", "Bedienung"),
        Level::Operations => language.pick("Site operations", "Betriebsführung"),
        Level::Dmz => language.pick("Industrial DMZ", "Industrielle DMZ"),
        Level::Business => language.pick("Business", "Verwaltung"),
        Level::Enterprise => language.pick("Enterprise", "Unternehmen"),
        Level::Outside => language.pick("Outside", "Außerhalb"),
    }
}

/// The number of a level, as engineers say it; nothing for the outside, which has none.
pub(crate) fn level_number(level: Level) -> &'static str {
    match level {
        Level::Outside => "",
        Level::Process
        | Level::Control
        | Level::Supervision
        | Level::Operations
        | Level::Dmz
        | Level::Business
        | Level::Enterprise => level.as_str(),
    }
}

/// How sure a level is, in words.
pub(crate) fn level_sureness(judgement: &LevelJudgement, language: Language) -> String {
    match judgement.state {
        LevelState::Confirmed => {
            language.pick("confirmed by a person", "von einer Person bestätigt").to_string()
        }
        LevelState::Unknown => language.pick("cannot tell", "nicht bestimmbar").to_string(),
        LevelState::Inferred => {
            let word = match judgement.is_high() {
                true => language.pick("inferred, clear", "abgeleitet, deutlich"),
                false => language.pick("inferred, unsure", "abgeleitet, unsicher"),
            };
            let margin = (f64::from(judgement.confidence) * 100.0).round() as usize;
            format!("{word} ({})", language.percent(margin.min(100), 100))
        }
    }
}

/// An asset whose role nobody can tell.
pub(crate) const UNKNOWN_ROLE: Noun = Noun("unknown", "unknown", "unbekannt", "unbekannt");

/// How bad a finding is.
pub(crate) fn severity(severity: Severity, language: Language) -> &'static str {
    match severity {
        Severity::Info => language.pick("info", "Hinweis"),
        Severity::Low => language.pick("low", "gering"),
        Severity::Medium => language.pick("medium", "mittel"),
        Severity::High => language.pick("high", "hoch"),
        Severity::Critical => language.pick("critical", "kritisch"),
    }
}

/// What a severity asks of the reader.
pub(crate) fn severity_call(severity: Severity, language: Language) -> &'static str {
    match severity {
        Severity::Info => language.pick("Worth knowing", "Gut zu wissen"),
        Severity::Low => language.pick("Put it on the list", "Auf die Liste setzen"),
        Severity::Medium => language.pick("Plan a change", "Eine Änderung planen"),
        Severity::High => language.pick("Act soon", "Bald handeln"),
        Severity::Critical => language.pick("Act now", "Sofort handeln"),
    }
}

/// What an operation does.
pub(crate) fn operation(operation: Operation, language: Language) -> &'static str {
    match operation {
        Operation::Discover => language.pick("discover", "suchen"),
        Operation::Identify => language.pick("identify", "identifizieren"),
        Operation::Read => language.pick("read", "lesen"),
        Operation::Write => language.pick("write", "schreiben"),
        Operation::Report => language.pick("report", "melden"),
        Operation::Start => language.pick("start", "starten"),
        Operation::Stop => language.pick("stop", "stoppen"),
        Operation::Reset => language.pick("reset", "zurücksetzen"),
        Operation::ReadProgram => language.pick("read program", "Programm lesen"),
        Operation::LoadProgram => language.pick("load program", "Programm laden"),
        Operation::LoadFirmware => language.pick("load firmware", "Firmware laden"),
        Operation::Configure => language.pick("configure", "konfigurieren"),
        Operation::Diagnose => language.pick("diagnose", "diagnostizieren"),
        Operation::LogIn => language.pick("log in", "anmelden"),
        Operation::Transfer => language.pick("transfer files", "Dateien übertragen"),
        Operation::Other => language.pick("other", "anderes"),
    }
}

/// How a conversation is protected.
pub(crate) fn protection(protection: Protection, language: Language) -> &'static str {
    match protection {
        Protection::Clear => language.pick("clear", "offen"),
        Protection::Signed => language.pick("signed", "signiert"),
        Protection::Encrypted => language.pick("encrypted", "verschlüsselt"),
        Protection::Unknown => language.pick("unknown", "unbekannt"),
    }
}

/// A property of an asset.
pub(crate) fn attribute(attribute: Attribute, language: Language) -> &'static str {
    match attribute {
        Attribute::Vendor => language.pick("Vendor", "Hersteller"),
        Attribute::Product => language.pick("Product", "Produkt"),
        Attribute::OrderNumber => language.pick("Order number", "Bestellnummer"),
        Attribute::Hardware => language.pick("Hardware", "Hardware"),
        Attribute::Firmware => language.pick("Firmware", "Firmware"),
        Attribute::Serial => language.pick("Serial number", "Seriennummer"),
        Attribute::Name => language.pick("Name", "Name"),
        Attribute::Os => language.pick("Operating system", "Betriebssystem"),
        Attribute::Description => language.pick("Description", "Beschreibung"),
        Attribute::Location => language.pick("Location", "Ort"),
        Attribute::Role => language.pick("Role", "Rolle"),
        Attribute::Ip => language.pick("IP address", "IP-Adresse"),
        Attribute::Mac => language.pick("Hardware address", "Hardware-Adresse"),
        Attribute::Certificate => language.pick("Certificate", "Zertifikat"),
        Attribute::Software => language.pick("Software", "Software"),
    }
}

/// How far a value can be trusted.
pub(crate) fn confidence(confidence: Confidence, language: Language) -> &'static str {
    match confidence {
        Confidence::Stated => language.pick("stated", "angegeben"),
        Confidence::Derived => language.pick("derived", "abgeleitet"),
        Confidence::Guessed => language.pick("guessed", "vermutet"),
    }
}

/// What the findings of a check have in common, where the catalogue knows the check.
pub(crate) fn check(id: &str, language: Language) -> Option<&'static str> {
    let (general, _level) = id.split_once("-from-level-").unwrap_or((id, ""));
    let (english, german) = match general {
        "address-conflict" => ("One address, several devices", "Eine Adresse, mehrere Geräte"),
        "anonymous-write" => ("Changes by nobody in particular", "Änderungen ohne Anmeldung"),
        "credential-clear" => ("Credentials in clear text", "Zugangsdaten im Klartext"),
        "credential-default" => {
            ("Default, empty or no credentials", "Standard-, leere oder keine Zugangsdaten")
        }
        "dmz-bypass" => ("Past the DMZ", "An der DMZ vorbei"),
        "dual-homed" => ("Bridges between levels", "Brücken zwischen Ebenen"),
        "firmware-loaded" => ("Firmware loaded", "Firmware geladen"),
        "forced-values" => ("Forced values", "Erzwungene Werte"),
        "frame-malformed" => ("Malformed messages", "Fehlerhafte Nachrichten"),
        "internet-contact" => ("Called from the Internet", "Aus dem Internet angesprochen"),
        "internet-egress" => ("Calls to the Internet", "Verbindungen ins Internet"),
        "it-in-cell" => ("Office protocols in a cell", "Büroprotokolle in einer Zelle"),
        "it-to-level-0" => ("From the office to field devices", "Vom Büro an Feldgeräte"),
        "it-to-level-1" => ("From the office to controllers", "Vom Büro an Steuerungen"),
        "level-skip" => ("Levels skipped", "Übersprungene Ebenen"),
        "program-loaded" => ("Programs loaded", "Programme geladen"),
        "program-read" => ("Programs copied out", "Programme ausgelesen"),
        "protocol-insecure" => ("Unprotected management", "Ungeschützte Verwaltung"),
        "protocol-obsolete" => ("Obsolete protocol versions", "Veraltete Protokollversionen"),
        "remote-access" => ("Remote access", "Fernzugriff"),
        "run-state-changed" => {
            ("Devices started, stopped or reset", "Geräte gestartet, gestoppt oder zurückgesetzt")
        }
        "sis-reachable" => ("Safety systems within reach", "Sicherheitssysteme erreichbar"),
        _ => return None,
    };
    Some(language.pick(english, german))
}

/// The id of a check made readable, for checks that the catalogue does not know.
pub(crate) fn readable(id: &str) -> String {
    let mut letters: Vec<char> = id.chars().map(|c| if c == '-' { ' ' } else { c }).collect();
    if let Some(first) = letters.first_mut() {
        *first = first.to_ascii_uppercase();
    }
    letters.into_iter().collect()
}
