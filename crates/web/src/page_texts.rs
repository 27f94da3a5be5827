//! The catalogue of the server's pages. Each line holds both languages: a missing German text does not compile.

use actions::{Refusal, Right, Role};
use model::{Language, Timestamp};

macro_rules! texts {
    ($($key:ident: $english:literal, $german:literal;)+) => {
        /// Every fixed text of the server's pages, in one language.
        #[derive(Debug)]
        pub(crate) struct PageTexts { $(pub $key: &'static str,)+ }
        const ENGLISH: PageTexts = PageTexts { $($key: $english,)+ };
        const GERMAN: PageTexts = PageTexts { $($key: $german,)+ };
    };
}

/// The texts of one language.
pub(crate) fn page_texts(language: Language) -> &'static PageTexts {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}

/// Why something was refused, and what to do.
pub(crate) fn refusal(refusal: Refusal, language: Language) -> String {
    let german = match refusal {
        Refusal::WrongLogin => {
            "Name, Passwort oder Code stimmt nicht. Prüfen Sie alle drei und versuchen Sie es noch einmal."
        }
        Refusal::Slowed { seconds } => {
            return match language {
                Language::English => refusal.to_string(),
                Language::German => format!(
                    "Zu viele Versuche. Warten Sie {seconds} Sekunden und versuchen Sie es dann noch einmal."
                ),
            };
        }
        Refusal::WeakPassword => {
            "Das Passwort ist zu kurz oder zu leicht zu erraten. Nehmen Sie mindestens 12 Zeichen, und nicht Ihren Namen."
        }
        Refusal::WrongPassword => "Das bisherige Passwort stimmt nicht.",
        Refusal::WrongCode => {
            "Der Code stimmt nicht oder wurde schon benutzt. Warten Sie auf den nächsten und versuchen Sie es noch einmal."
        }
        Refusal::UnusableName => {
            "Ein Name hat 2 bis 64 Zeichen: Buchstaben a bis z, Ziffern, Punkte, Bindestriche, Unterstriche."
        }
        Refusal::NameTaken => "Dieser Name ist vergeben. Wählen Sie einen anderen.",
        Refusal::UnusableText => "Ein Text fehlt oder ist zu lang.",
        Refusal::LastAdministrator => {
            "Das ist der letzte Administrator. Machen Sie zuerst jemand anderen zum Administrator."
        }
        Refusal::OwnAccount => {
            "Niemand ändert die eigene Rolle oder schließt das eigene Konto. Fragen Sie einen anderen Administrator."
        }
        Refusal::KeyGone => "Dieser Link wurde schon benutzt oder ist zu alt. Bitten Sie um einen neuen.",
        Refusal::TooMany => "Davon gibt es zu viele. Entfernen Sie zuerst einige.",
        Refusal::UnusableTime => "Wählen Sie eine Zeit zwischen einem Tag und einem Jahr.",
    };
    match language {
        Language::English => refusal.to_string(),
        Language::German => german.to_string(),
    }
}

/// What a role is called.
pub(crate) fn role(role: Role, language: Language) -> &'static str {
    match role {
        Role::Viewer => language.pick("Viewer", "Betrachter"),
        Role::Operator => language.pick("Operator", "Bediener"),
        Role::Engineer => language.pick("Engineer", "Techniker"),
        Role::Security => language.pick("Security", "Sicherheit"),
        Role::Auditor => language.pick("Auditor", "Prüfer"),
        Role::Administrator => language.pick("Administrator", "Administrator"),
    }
}

/// What a right lets one do.
pub(crate) fn right(right: Right, language: Language) -> &'static str {
    match right {
        Right::SeePlant => language.pick("see the plant", "die Anlage sehen"),
        Right::DescribeAssets => language.pick("describe assets", "Geräte beschreiben"),
        Right::DecideChanges => language.pick("decide on changes", "über Änderungen entscheiden"),
        Right::JudgeFindings => language.pick("judge findings", "Befunde beurteilen"),
        Right::AddCaptures => language.pick("add captures", "Aufzeichnungen hinzufügen"),
        Right::ManageInterfaces => language.pick("choose interfaces", "Schnittstellen wählen"),
        Right::Export => language.pick("export", "exportieren"),
        Right::EditPlan => language.pick("edit the plan", "den Plan bearbeiten"),
        Right::ManageSettings => language.pick("change settings", "Einstellungen ändern"),
        Right::SeePeople => language.pick("see people", "Personen sehen"),
        Right::ManagePeople => language.pick("manage people", "Personen verwalten"),
        Right::SeeAudit => language.pick("read the audit log", "das Protokoll lesen"),
        Right::MakeTokens => language.pick("make tokens", "Token erstellen"),
    }
}

/// A moment to the second, in UTC, as both languages read it.
pub(crate) fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{} {}", text.get(..10).unwrap_or_default(), text.get(11..19).unwrap_or_default())
}

texts! {
    skip: "Skip to the content", "Zum Inhalt springen";
    pages: "Pages", "Seiten";
    start: "Start", "Start";
    people: "People", "Personen";
    audit: "Audit log", "Protokoll";
    settings: "Settings", "Einstellungen";
    log_out: "Log out", "Abmelden";
    look: "Language and colours", "Sprache und Farben";
    language: "Language", "Sprache";
    colours: "Colours", "Farben";
    theme_system: "As the system", "Wie das System";
    theme_light: "Light", "Hell";
    theme_dark: "Dark", "Dunkel";
    apply: "Apply", "Anwenden";
    passive: "Sluice only listens. Nothing is sent into the plant.", "Sluice hört nur zu. In die Anlage wird nichts gesendet.";
    times_utc: "All times are UTC.", "Alle Zeiten in UTC.";
    save: "Save", "Speichern";
    never: "never", "nie";

    not_found_title: "This page is not here", "Diese Seite gibt es hier nicht";
    not_found: "It does not exist, or it is not open to you. If you need it for your work, ask an administrator.",
        "Sie existiert nicht oder ist für Sie nicht zugänglich. Wenn Sie sie für Ihre Arbeit brauchen, fragen Sie einen Administrator.";
    foreign_title: "Please send this form again", "Bitte senden Sie dieses Formular noch einmal";
    foreign: "It came from another site, or from a page that was open for too long. Nothing was changed. Open the page anew and try again.",
        "Es kam von einer anderen Website oder von einer Seite, die zu lange offen war. Nichts wurde geändert. Öffnen Sie die Seite neu und versuchen Sie es noch einmal.";
    unreadable_title: "This form cannot be read", "Dieses Formular ist nicht lesbar";
    unreadable: "Nothing was changed. Open the page anew and try again.", "Nichts wurde geändert. Öffnen Sie die Seite neu und versuchen Sie es noch einmal.";
    too_large_title: "That is too large", "Das ist zu groß";
    too_large: "What was sent is larger than this page takes. Nothing was changed. Send less at once.",
        "Das Gesendete ist größer, als diese Seite annimmt. Nichts wurde geändert. Senden Sie weniger auf einmal.";
    refused_title: "That did not work", "Das ging nicht";
    busy_title: "Sluice is busy", "Sluice ist beschäftigt";
    busy: "It could not answer in time. What is being watched goes on. Try again in a minute; if it stays so, look at the disk and at the program's log.",
        "Es konnte nicht rechtzeitig antworten. Die Beobachtung läuft weiter. Versuchen Sie es in einer Minute noch einmal; bleibt es so, sehen Sie nach der Festplatte und im Log des Programms.";
    broken_title: "Something went wrong inside", "Im Inneren ist etwas schiefgegangen";
    broken: "The program's log says more. Nothing was half done.", "Das Log des Programms sagt mehr. Nichts blieb halb getan.";

    login_title: "Log in", "Anmelden";
    name: "Name", "Name";
    password: "Password", "Passwort";
    code: "Code of the second factor", "Code des zweiten Faktors";
    code_hint: "Only if you have set one up; a recovery code works too.", "Nur wenn Sie einen eingerichtet haben; ein Ersatzcode geht auch.";
    login_help: "Forgotten? An administrator can send you a link that sets a new password.",
        "Vergessen? Ein Administrator kann Ihnen einen Link schicken, mit dem Sie ein neues Passwort setzen.";

    first_title: "Welcome to Sluice", "Willkommen bei Sluice";
    first_text: "This is the first start. Whoever fills in this page becomes the administrator and can invite others. The link works once.",
        "Dies ist der erste Start. Wer diese Seite ausfüllt, wird Administrator und kann andere einladen. Der Link gilt einmal.";
    first_do: "Become administrator", "Administrator werden";
    name_hint: "Small letters and digits, as in anna.weber. You log in with it.", "Kleinbuchstaben und Ziffern, etwa anna.weber. Damit melden Sie sich an.";
    full_name: "What you are called", "Wie Sie heißen";
    password_new: "New password", "Neues Passwort";
    password_hint: "At least 12 characters. Four words that only you put together are good.", "Mindestens 12 Zeichen. Vier Wörter, die nur Sie so zusammenstellen, sind gut.";
    invited_title: "Choose your password", "Wählen Sie Ihr Passwort";
    invited_text: "You were invited as", "Sie wurden eingeladen als";
    invited_do: "Set password and log in", "Passwort setzen und anmelden";

    start_title: "The plant", "Die Anlage";
    start_hello: "Hello", "Hallo";
    start_first: "First steps", "Erste Schritte";
    step_second_factor: "Protect your account with a second factor", "Schützen Sie Ihr Konto mit einem zweiten Faktor";
    step_second_factor_why: "A password alone can be read over a shoulder.", "Ein Passwort allein lässt sich über die Schulter ablesen.";
    step_name: "Name your plant", "Benennen Sie Ihre Anlage";
    step_name_why: "Its name stands on every page, so that nobody mistakes one plant for another.", "Ihr Name steht auf jeder Seite, damit niemand Anlagen verwechselt.";
    step_people: "Invite the others", "Laden Sie die anderen ein";
    step_people_why: "Each with an account of her own and no more rights than needed.", "Alle mit eigenem Konto und nicht mehr Rechten als nötig.";
    step_done: "done", "erledigt";
    step_open: "open", "offen";

    people_text: "Everybody with an account, and what each may do.", "Alle mit einem Konto, und was sie dürfen.";
    person: "Person", "Person";
    role: "Role", "Rolle";
    second_factor: "Second factor", "Zweiter Faktor";
    last_login: "Last login", "Letzte Anmeldung";
    state: "State", "Zustand";
    state_open: "open", "offen";
    state_invited: "invited", "eingeladen";
    state_closed: "closed", "geschlossen";
    on: "on", "ein";
    off: "off", "aus";
    change: "Change", "Ändern";
    give_role: "Give role", "Rolle geben";
    new_link: "New password link", "Neuer Passwort-Link";
    close_account: "Close account", "Konto schließen";
    reopen_account: "Open again", "Wieder öffnen";
    add_title: "Add somebody", "Jemanden hinzufügen";
    add_do: "Add and make a link", "Hinzufügen und Link erstellen";
    person_full_name: "What the person is called", "Wie die Person heißt";
    link_title: "Hand this link to", "Geben Sie diesen Link weiter an";
    link_text: "It sets a password, opens once, and works for 72 hours. It is shown only now.", "Er setzt ein Passwort, öffnet einmal und gilt 72 Stunden. Er wird nur jetzt gezeigt.";
    rights_title: "What each role may do", "Was jede Rolle darf";
    right: "Right", "Recht";
    yes: "yes", "ja";
    no: "no", "nein";

    account_title: "My account", "Mein Konto";
    password_title: "Password", "Passwort";
    password_present: "Present password", "Bisheriges Passwort";
    password_do: "Change password", "Passwort ändern";
    password_note: "Other browsers that are logged in will have to log in again.", "Andere angemeldete Browser müssen sich neu anmelden.";
    factor_off: "Codes are not asked for. With an authenticator app on your telephone, a stolen password is not enough.",
        "Es wird kein Code verlangt. Mit einer Authenticator-App auf dem Telefon reicht ein gestohlenes Passwort nicht aus.";
    factor_setup: "Set up", "Einrichten";
    factor_scan: "Scan this picture with your authenticator app, or type the key into it. Then enter the code that it shows.",
        "Scannen Sie dieses Bild mit Ihrer Authenticator-App oder tippen Sie den Schlüssel dort ein. Geben Sie dann den Code ein, den sie zeigt.";
    factor_picture: "Picture for the authenticator app", "Bild für die Authenticator-App";
    factor_key: "Key", "Schlüssel";
    factor_code: "Code", "Code";
    factor_on_do: "Switch on", "Einschalten";
    factor_on: "A code is asked for at every login. Recovery codes left:", "Bei jeder Anmeldung wird ein Code verlangt. Übrige Ersatzcodes:";
    factor_off_do: "Switch off", "Ausschalten";
    recovery_title: "Keep these recovery codes", "Bewahren Sie diese Ersatzcodes auf";
    recovery_text: "Each lets you in once when your telephone is lost. They are shown only now: write them down.",
        "Jeder lässt Sie einmal hinein, wenn das Telefon verloren ist. Sie werden nur jetzt gezeigt: Schreiben Sie sie auf.";
    sessions: "Where you are logged in", "Wo Sie angemeldet sind";
    since: "Since", "Seit";
    seen: "Last used", "Zuletzt benutzt";
    from: "From", "Von";
    browser: "Browser", "Browser";
    this_one: "this one", "dieser";
    end: "End", "Beenden";
    end_others: "End all others", "Alle anderen beenden";
    tokens: "Tokens for programs", "Token für Programme";
    tokens_text: "A token lets a program in for you, with the rights you choose and never more than you have.",
        "Ein Token lässt ein Programm für Sie hinein, mit den Rechten, die Sie wählen, und nie mehr, als Sie haben.";
    tokens_none: "No tokens.", "Keine Token.";
    token_name: "What it is for", "Wofür";
    token_days: "Days until it ends", "Tage bis zum Ende";
    token_do: "Make token", "Token erstellen";
    token_rights: "Rights", "Rechte";
    token_ends: "Ends", "Endet";
    token_take_back: "Take back", "Zurücknehmen";
    token_made: "Your new token", "Ihr neues Token";
    token_made_text: "Copy it now into the program; it is shown only this once.", "Kopieren Sie es jetzt in das Programm; es wird nur dieses eine Mal gezeigt.";

    audit_text: "Who did what, when. Each entry is chained to the one before it, so that none can be changed or removed unnoticed.",
        "Wer wann was getan hat. Jeder Eintrag hängt am vorigen, sodass keiner unbemerkt geändert oder entfernt werden kann.";
    audit_filter: "Filter", "Filtern";
    audit_who: "Who", "Wer";
    audit_action: "Action", "Aktion";
    audit_any: "any", "beliebig";
    audit_words: "Words", "Wörter";
    audit_number: "No.", "Nr.";
    audit_when: "When", "Wann";
    audit_what: "To what", "Woran";
    audit_none: "No entry fits.", "Kein Eintrag passt.";
    audit_older: "Older entries", "Ältere Einträge";
    audit_verify: "Check the chain", "Kette prüfen";
    audit_whole: "The chain is whole. Entries checked:", "Die Kette ist ganz. Geprüfte Einträge:";
    audit_head: "Head to note elsewhere:", "Kopf, zum Notieren an anderer Stelle:";
    audit_broken: "The chain is broken at entry", "Die Kette ist gebrochen bei Eintrag";

    settings_plant: "What the plant is called", "Wie die Anlage heißt";
    settings_place: "Where the data are", "Wo die Daten liegen";
    settings_sessions: "A session ends after 60 minutes without use, and after 12 hours in any case.", "Eine Sitzung endet nach 60 Minuten ohne Benutzung, und nach 12 Stunden in jedem Fall.";
}
