//! The catalogue of fixed texts. Each line holds both languages: a missing German text does not compile.

use model::Language;

macro_rules! texts {
    ($($key:ident: $english:literal, $german:literal;)+) => {
        /// Every fixed text of the pages, in one language.
        #[derive(Debug)]
        pub(crate) struct Texts { $(pub $key: &'static str,)+ }
        const ENGLISH: Texts = Texts { $($key: $english,)+ };
        const GERMAN: Texts = Texts { $($key: $german,)+ };
    };
}

/// The texts of one language.
pub(crate) fn texts(language: Language) -> &'static Texts {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}

texts! {
    page_title: "The plant as seen on the wire", "Die Anlage, wie das Netz sie zeigt";
    skip_to_content: "Skip to the summary", "Zur Zusammenfassung springen";
    contents: "Contents", "Inhalt";
    files: "Files", "Dateien";
    packets: "Packets", "Pakete";
    unreadable: "While reading", "Beim Lesen";
    all_readable: "Everything was readable.", "Alles war lesbar.";
    notes: "Notes", "Hinweise";
    partial_title: "This is a partial view.", "Dies ist eine Teilansicht.";
    partial_text: "Reading was interrupted. What follows is what was known up to then; read the capture again to see all of it.",
        "Das Lesen wurde unterbrochen. Es folgt, was bis dahin bekannt war; lesen Sie die Aufzeichnung noch einmal, um alles zu sehen.";

    summary: "In one minute", "In einer Minute";
    levels: "Assets per level", "Geräte je Ebene";
    level_unknown: "Level unknown", "Ebene unbekannt";
    known: "What is known of them", "Was über sie bekannt ist";
    known_scope: "Share of the assets inside the plant.", "Anteil der Geräte innerhalb der Anlage.";
    protocols: "Protocols", "Protokolle";
    protocols_by_port: "by port only", "nur am Port erkannt";
    changes: "Who changes devices", "Wer Geräte verändert";
    changes_none: "Nobody wrote to, started, stopped, loaded or configured a device while we watched.",
        "Solange beobachtet wurde, hat niemand auf ein Gerät geschrieben, eines gestartet, gestoppt, geladen oder konfiguriert.";
    by: "by", "durch";
    on: "on", "an";
    both_ways: "both ways", "in beide Richtungen";
    top_findings: "First things to look at", "Worauf zuerst zu schauen ist";
    nothing_seen_title: "No assets were seen.", "Es wurden keine Geräte gesehen.";
    nothing_seen: "The capture holds no conversation between devices. Check that the mirror port shows the traffic of the plant, then capture for a few minutes and read it again.",
        "Die Aufzeichnung enthält keine Verbindung zwischen Geräten. Prüfen Sie, ob der Spiegelport den Verkehr der Anlage zeigt, zeichnen Sie einige Minuten auf und lesen Sie erneut.";

    map: "The Purdue map", "Die Purdue-Karte";
    map_hint: "Business on top, the process at the bottom. A box is a zone on one level; a line is traffic between two boxes: the wider, the more data, with an arrow towards the one that is asked. Its colour, dashes and sign tell the worst finding.",
        "Oben die Verwaltung, unten der Prozess. Ein Kasten ist eine Zone auf einer Ebene; eine Linie ist Verkehr zwischen zwei Kästen: je breiter, desto mehr Daten, mit Pfeil zu dem, der gefragt wird. Farbe, Strichelung und Zeichen nennen den schwersten Befund.";
    map_table: "The lines of the map as a table", "Die Linien der Karte als Tabelle";
    map_empty: "There is nothing to draw yet.", "Es gibt noch nichts zu zeichnen.";
    unzoned_level: "Level unknown", "Ebene unbekannt";
    legend_none: "no finding", "kein Befund";
    worst_finding: "Worst finding", "Schwerster Befund";
    none: "none", "keiner";

    findings: "Findings", "Befunde";
    no_findings_title: "No findings.", "Keine Befunde.";
    no_findings: "None of the checks found anything to worry about in this capture. That speaks only for what was captured: a longer capture, or one from another mirror port, may show more.",
        "Keine der Prüfungen hat in dieser Aufzeichnung etwas Beunruhigendes gefunden. Das gilt nur für das Aufgezeichnete: Eine längere Aufzeichnung oder ein anderer Spiegelport kann mehr zeigen.";
    what_to_do: "What to do", "Was zu tun ist";
    technique: "ATT&CK for ICS", "ATT&CK for ICS";
    concerns: "Concerns", "Betrifft";
    seen_in: "Seen in", "Gesehen in";

    inventory: "Inventory", "Inventar";
    no_inventory: "No assets were seen, so there is nothing to list.", "Es wurden keine Geräte gesehen, also gibt es nichts aufzulisten.";
    asset: "Asset", "Gerät";
    device: "Device", "Modell";
    roles: "Roles", "Rollen";
    level: "Level", "Ebene";
    speaks: "Speaks", "Spricht";
    why: "Why", "Warum";
    identity: "Identity", "Identität";
    serves: "answers", "antwortet auf";
    uses: "asks", "fragt mit";
    unknown: "unknown", "unbekannt";
    safety: "safety", "Sicherheit";
    silent: "never sent itself", "hat selbst nie gesendet";
    routed: "behind a router", "hinter einem Router";
    order_number: "Order no.", "Best.-Nr.";
    firmware: "Firmware", "Firmware";
    serial: "Serial no.", "Serien-Nr.";

    conversations: "Conversations", "Verbindungen";
    no_conversations: "No conversation was seen.", "Es wurde keine Verbindung gesehen.";
    from: "From", "Von";
    to: "To", "Nach";
    protocol: "Protocol", "Protokoll";
    done: "What was done", "Was getan wurde";
    protection: "Protection", "Schutz";
    traffic: "Traffic", "Verkehr";
    in_detail: "In detail", "Im Einzelnen";
    nothing_decoded: "nothing decoded", "nichts dekodiert";
    by_port: "named by its port only", "nur am Port erkannt";
    finding: "Finding", "Befund";
    everyone: "everyone", "alle";

    limits: "Limits reached", "Erreichte Grenzen";
    limits_none: "None of the tables was full: nothing is missing for want of room.",
        "Keine Tabelle war voll: Aus Platzmangel fehlt nichts.";
    made_by: "Made by", "Erstellt mit";
    passive: "Nothing was sent into the plant to make this page.", "Für diese Seite wurde nichts in die Anlage gesendet.";
    times_utc: "All times are UTC.", "Alle Zeiten in UTC.";
}
