//! Titles and help of the checks in German, in the order of the table. The English stands with each check.

mod plan;

pub(crate) use plan::*;

/// What a check says of itself in German.
#[derive(Debug, Clone, Copy)]
pub struct German {
    /// What it looks for, in one line.
    pub title: &'static str,
    /// Its help: what it finds, why it matters on the floor, what to do.
    pub help: &'static str,
}

pub(crate) const ADDRESS_CONFLICT: German = German {
    title: "Mehrere Geräte beanspruchen eine Adresse",
    help: "
## Was gefunden wird
Eine IP-Adresse, die von mehr als einer Hardware-Adresse beansprucht wurde. Gemeinsame Adressen redundanter Router sind
nicht gemeint. Ein Befund je Adresse.
## Warum es in der Anlage zählt
Stationen erreichen dann mal das eine, mal das andere Gerät: Ein Panel zeigt Werte der falschen Maschine oder verliert
seine Steuerung. Wer sich heimlich zwischen zwei Geräte setzt, erzeugt genau dieses Bild.
## Was zu tun ist
An den Switches den Port jeder Hardware-Adresse suchen. Haben zwei Geräte dieselbe Adresse bekommen, eine davon ändern.
Ist eines der Geräte unbekannt, vom Netz trennen. Redundante Paare, die eine Adresse absichtlich tauschen, vermerken.
",
};

pub(crate) const ANONYMOUS_WRITE: German = German {
    title: "Werte wurden ohne Anmeldung geändert",
    help: "
## Was gefunden wird
Eine Sitzung, die ohne Namen oder Passwort geöffnet wurde, obwohl das Protokoll danach fragen kann, und in der Werte oder
Einstellungen geändert wurden. Ein Befund je Paar aus Station und Gerät.
## Warum es in der Anlage zählt
Jeder, der das Gerät erreicht, kann dasselbe tun, und hinterher weiß niemand, wer es war.
## Was zu tun ist
Den anonymen Zugang im Gerät oder Server abschalten, jeder Station einen eigenen Benutzer geben und diesem nur das
Schreiben erlauben, das er braucht.
",
};

pub(crate) const CREDENTIAL_CLEAR: German = German {
    title: "Zugangsdaten gehen im Klartext durchs Netz",
    help: "
## Was gefunden wird
Eine Anmeldung, deren Passwort, Token oder Community-String im Netz mitgelesen werden kann. Sluice behält den
Benutzernamen, nie das Geheimnis. Ein Befund je Dienst, der solche Anmeldungen annimmt, oder je Station, die sich an vielen
Geräten anmeldet.
## Warum es in der Anlage zählt
Wer an einem Port mithört, etwa mit dem Notebook eines Besuchers oder über ein befallenes Panel, kann sich danach unter
diesem Namen anmelden, und im Protokoll steht der falsche.
## Was zu tun ist
Den Dienst auf seine verschlüsselte Form umstellen: HTTPS, SSH oder SFTP, SNMPv3, OPC UA mit Sicherheitsrichtlinie. Jedes
gesehene Passwort ändern. Kann das Gerät es nicht besser, den Dienst in seiner Zelle lassen und sonst überall sperren.
",
};

pub(crate) const CREDENTIAL_DEFAULT: German = German {
    title: "Zugangsdaten ab Werk, leer oder gar keine",
    help: "
## Was gefunden wird
Eine Anmeldung mit einem Passwort oder Community-String von den Listen der Herstellervorgaben, mit leerem Passwort oder ganz
ohne Namen. Ein Befund je Dienst, oder je Station, die sich an vielen anmeldet. Milder, wo der Dienst abgelehnt oder nicht
geantwortet hat.
## Warum es in der Anlage zählt
Passwörter ab Werk stehen in Handbüchern, die jeder herunterladen kann. Ein Gerät, das eines annimmt oder keines verlangt,
steht jedem offen, der es erreicht.
## Was zu tun ist
Am Gerät ein eigenes Passwort setzen und in den Stationen nachziehen, die sich anmelden. Lässt das Gerät das nicht zu, es in
seiner Zelle halten und nur für seine Stationen erreichbar machen.
",
};

pub(crate) const DMZ_BYPASS: German = German {
    title: "Verwaltung und Betriebsführung treffen sich ohne DMZ",
    help: "
## Was gefunden wird
Verbindungen zwischen Ebene 3 und den Ebenen 4 oder 5, gleich in welcher Richtung, die nicht in der DMZ enden. Ein Befund
nennt alle, die ein Gerät ansprechen. Uhrzeit, Namen und was sonst ein Netz am Laufen hält, ist nicht gemeint.
## Warum es in der Anlage zählt
Auf Ebene 3 stehen die Server, die alle Linien brauchen. Ein Weg vom Büro zu ihnen ist der übliche Weg, auf dem
Erpressungssoftware in eine Anlage kommt.
## Was zu tun ist
Eine Kopie oder ein Relais des Dienstes in die DMZ stellen: eine Kopie des Datenarchivs, eine Dateiablage, einen
Update-Server, einen Sprungrechner. Beide Seiten sprechen nur noch damit; danach den direkten Weg sperren.
",
};

pub(crate) const DUAL_HOMED: German = German {
    title: "Ein Host steht in Zonen verschiedener Ebenen",
    help: "
## Was gefunden wird
Ein Gerät, kein Router und keine Firewall, mit Adressen in Zonen, deren Ebenen auseinander liegen: eine in der Verwaltung und
eine in der Anlage, eine in der DMZ und eine in einer Zelle, oder eine bei den Steuerungen und eine in der Betriebsführung.
Ein Server der Ebenen 2 und 3 oder 1 und 2 ist so gebaut und nicht gemeint.
## Warum es in der Anlage zählt
Ein solcher Host ist eine Tür neben der Firewall: Wer ihn im Büro übernimmt, steht in der Zelle, und keine Regel hat ihn
vorbeigehen sehen.
## Was zu tun ist
Den Anschluss entfernen, der nicht gebraucht wird. Werden beide gebraucht, den Host in die DMZ stellen, ihn von beiden Seiten
über die Firewall erreichen und sicherstellen, dass er zwischen seinen Karten nichts weiterleitet.
",
};

pub(crate) const EXCEPTION_BURST: German = German {
    title: "Ein Gerät lehnt immer wieder ab",
    help: "
## Was gefunden wird
Eine Station, deren Anfragen ein Gerät mindestens zwanzigmal und in mindestens drei von zehn Fällen ablehnt: unbekannte
Adressen, verbotene Werte, misslungene Anmeldungen. Ein Befund je Paar. Büros und Webseiten sind nicht gemeint.
## Warum es in der Anlage zählt
Meist wurde ein Projekt nur auf einer Seite geändert, und auf einem Panel steht ein Wert still. Das Ausprobieren von Adressen
und Passwörtern sieht aber genauso aus, und jede Ablehnung kostet die Steuerung Zeit.
## Was zu tun ist
Im Projekt der Station nachsehen, welche Adresse das Gerät nicht kennt, und sie berichtigen. Hat die Station kein Projekt für
dieses Gerät, klären, wonach sie sucht.
",
};

pub(crate) const FIRMWARE_LOADED: German = German {
    title: "Firmware wurde in ein Gerät geladen",
    help: "
## Was gefunden wird
Eine Station, die die Firmware eines Geräts ändert. Ein Befund je Paar aus Station und Gerät. Schwerer bei
Sicherheitssystemen und bei Stationen oberhalb der Anlage.
## Warum es in der Anlage zählt
Firmware liegt unter dem Programm: Falsche Firmware kann das Gerät für immer stilllegen oder einen Fremden über jeden Neustart
und jedes neue Programm hinweg darin halten. Während der Änderung arbeitet das Gerät nicht.
## Was zu tun ist
Nach dem Wartungsauftrag fragen. Die Version im Gerät mit der Datei des Herstellers und ihrer Prüfsumme vergleichen. Hat es
niemand beauftragt, das Gerät außer Betrieb nehmen, sobald die Produktion es erlaubt, und die Firmware des Herstellers neu laden.
",
};

pub(crate) const FORCED_VALUES: German = German {
    title: "In einer Steuerung wurden Werte erzwungen",
    help: "
## Was gefunden wird
Diagnosebefehle, die ihrem Namen nach Werte erzwingen (Forcen): Ein- oder Ausgänge werden auf einem Wert gehalten, gleich was
der Sensor meldet oder das Programm will, oder wieder freigegeben. Ein Befund je Paar aus Station und Gerät.
## Warum es in der Anlage zählt
Ein erzwungener Eingang verbirgt dem Programm den vollen Tank oder die offene Schutztür; ein erzwungener Ausgang bewegt ohne
das Programm. Erzwungene Werte bleiben, bis sie jemand zurücknimmt, oft lange nachdem der Verursacher gegangen ist.
## Was zu tun ist
Klären, wer die Werte erzwungen hat, und in der Steuerung nachsehen, welche noch wirken. Zurücknehmen, bevor die Maschine ohne
Aufsicht läuft. Diese Befehle nur von der Engineering-Station zulassen.
",
};

pub(crate) const FRAME_MALFORMED: German = German {
    title: "Nachrichten verletzen die Regeln ihres Protokolls",
    help: "
## Was gefunden wird
Nachrichten, deren Längen, Felder oder Reihenfolge nicht dem Protokoll entsprechen, in Verbindungen, deren Protokoll am Inhalt
erkannt wurde. Ein Befund je Protokoll, mit der Verbindung, die die meisten enthält.
## Warum es in der Anlage zählt
Meist ist es ein alter oder selbst gebauter Treiber, und nichts geschieht. Es sind aber schon Steuerungen wegen einer einzigen
fehlerhaften Nachricht stehen geblieben, und Werkzeuge, die solche Schwächen suchen, senden viele davon.
## Was zu tun ist
Den zuerst genannten Sender ansehen. Ist es ein bekannter Treiber, das vermerken. Ist es ein Host, der dort nichts zu suchen
hat, als Angriff behandeln.
",
};

pub(crate) const INTERNET_CONTACT: German = German {
    title: "Ein Gerät wird aus dem Internet angesprochen",
    help: "
## Was gefunden wird
Eine öffentliche Adresse, die eine Verbindung zu einem Gerät der Anlage oder der Verwaltung geöffnet hat. Ein Befund nennt alle,
die ein Gerät ansprechen. Milder, wo das Gerät nicht geantwortet hat, und bei Servern oberhalb der Anlage, die öffentlich gemeint
sein können.
## Warum es in der Anlage zählt
Jede Adresse im Internet wird viele Male am Tag ausprobiert. Eine Steuerung oder ein Panel, das dort antwortet, wird gefunden,
und es ist nicht dafür gebaut, sich zu wehren.
## Was zu tun ist
Die Portweiterleitung oder öffentliche Adresse sofort schließen; nichts in der Anlage muss von außen erreichbar sein.
Lieferanten und Personal einen Weg über die DMZ geben, den eine Person öffnet und der ein Ende hat.
",
};

pub(crate) const INTERNET_EGRESS: German = German {
    title: "Ein Gerät der Anlage ruft ins Internet",
    help: "
## Was gefunden wird
Ein Gerät der Ebenen 0 bis 3, oder eines, das als Steuerung, Panel oder Engineering-Station arbeitet, spricht öffentliche
Adressen an. Ein Befund nennt alle Ziele eines Geräts; seine Kennung nennt die Ebene, wo sie bekannt ist. Auch unbeantwortete
Versuche zählen: Etwas im Gerät will dorthin. Bloße Zeit- und Namensabfragen sind milder.
## Warum es in der Anlage zählt
Was nach außen rufen kann, ist auf derselben Leitung auch von außen erreichbar: die Cloud eines Herstellers, ein Update, das
niemand bestellt hat, oder ein fremdes Programm, das sich seine Befehle holt.
## Was zu tun ist
Klären, welches Programm ruft. Was es braucht, von innen bereitstellen: Uhrzeit, Namen, Updates und Zugang für Lieferanten aus
der DMZ. Danach den Weg nach außen in der Firewall sperren und namentlich erlauben, was bleiben muss.
",
};

pub(crate) const IT_IN_CELL: German = German {
    title: "Büroprotokolle in einer Zelle",
    help: "
## Was gefunden wird
Dateifreigaben, Verzeichnisdienste und ähnliche Büroprotokolle, die Geräte der Ebenen 0 bis 2 sprechen. Ein Befund nennt alle.
## Warum es in der Anlage zählt
Über diese Protokolle wandert ein Virus von einem Windows-Rechner zum nächsten. In einer Zelle sind sie oft von der
Inbetriebnahme übrig: eine Freigabe für Rezepte, eine Anmeldung an der Bürodomäne.
## Was zu tun ist
Für jedes entscheiden, wozu es da ist. Rezepte und Berichte auf einen Server der Anlage legen, der auf Viren geprüft wird, und
Dateifreigaben auf Panels abschalten, die sie nicht brauchen.
",
};

pub(crate) const IT_TO_LEVEL_0: German = German {
    title: "Ein Feldgerät wird aus Verwaltung oder Unternehmen erreicht",
    help: "
## Was gefunden wird
Ein Sensor, Aktor, Messgerät oder anderes Gerät der Ebene 0, das von einem Host der Ebene 4 oder 5 oder von einem Bürorechner
unbekannter Ebene gefragt wird. Schwerer, wenn der Host etwas ändert. Ein Befund nennt alle Hosts, die ein Gerät erreichen.
## Warum es in der Anlage zählt
Ein Feldgerät glaubt jedem Befehl und hat kein Programm, das einen falschen ablehnt. Ein geänderter Messbereich oder erzwungener
Ausgang bewegt sofort etwas, und die Steuerung darüber bemerkt es vielleicht nicht einmal.
## Was zu tun ist
Den Weg in der Firewall sperren: Nichts oberhalb der Zelle muss mit einem Feldgerät sprechen. Wo eine Geräteverwaltung
Messgeräte liest, ein Gateway oder einen Server in der Anlage fragen lassen und die Daten von dort über die DMZ holen.
",
};

pub(crate) const IT_TO_LEVEL_1: German = German {
    title: "Eine Steuerung wird aus Verwaltung oder Unternehmen erreicht",
    help: "
## Was gefunden wird
Eine Steuerung, ein Antrieb, ein Relais oder ein anderes Gerät der Ebene 1, das von einem Host der Ebene 4 oder 5 oder von einem
Bürorechner unbekannter Ebene gefragt wird. Schwerer, wenn der Host etwas ändert: Werte schreibt, ein Programm lädt, startet
oder stoppt. Ein Befund nennt alle Hosts, die ein Gerät erreichen.
## Warum es in der Anlage zählt
Ein Bürorechner liest Post und öffnet Webseiten. Wer ihn übernimmt, kann mit der Steuerung alles tun, was der Bürorechner kann,
und eine solche Steuerung fragt niemanden, wer er ist.
## Was zu tun ist
Klären, was der Host braucht. Werte für Berichte gehören in ein Datenarchiv oder einen Server in der DMZ; programmiert wird auf
einer Engineering-Station, die über einen Sprungrechner erreicht wird. Danach den Weg in der Firewall sperren.
",
};

pub(crate) const LEVEL_SKIP: German = German {
    title: "Verbindungen zwischen Ebenen, die mehr als eine auseinander liegen",
    help: "
## Was gefunden wird
Verbindungen zwischen zwei Ebenen, die sich nicht direkt begegnen sollen: Verwaltung oder Unternehmen mit den Ebenen 0 bis 2,
die DMZ mit den Ebenen 0 und 1, die Betriebsführung mit Feldgeräten, oder die Betriebsführung mit Steuerungen über etwas, das
kein Anlagenprotokoll ist. Was in einer Zelle bleibt, etwa Panel zu Steuerung, ist nicht gemeint; auch nicht die
Engineering-Station oder das Datenarchiv, das seine Steuerungen liest. Ein Befund nennt alle Paare zwischen zwei Ebenen.
## Warum es in der Anlage zählt
Jede Ebene ist eine Tür, die mit Absicht geöffnet werden muss. Wo eine Verbindung an den Türen vorbeigeht, steht Ärger aus dem
Büro (ein Virus, ein falscher Klick, eine Suche der IT) ohne Vorwarnung vor der Maschine.
## Was zu tun ist
Die Verbindung in der DMZ an einem Server oder Sprungrechner enden lassen und von dort eine zweite beginnen. Danach den direkten
Weg in der Firewall sperren. Muss er vorerst bleiben, festhalten, wer ihn braucht, warum und bis wann.
",
};

pub(crate) const PROGRAM_LOADED: German = German {
    title: "Ein Programm wurde in eine Steuerung geladen",
    help: "
## Was gefunden wird
Eine Station, die ein Steuerungsprogramm ganz oder in Teilen in ein Gerät lädt oder Teile davon ändert oder löscht. Ein Befund
je Paar aus Station und Gerät. Schwerer bei Sicherheitssystemen und bei Stationen oberhalb der Anlage.
## Warum es in der Anlage zählt
Danach tut die Maschine, was das neue Programm sagt. Hat niemand die Änderung beauftragt, läuft in der Anlage nicht mehr, was
geprüft wurde, und eine Wiederherstellung bringt etwas anderes zurück, als jetzt läuft.
## Was zu tun ist
Nach dem Arbeitsauftrag fragen. Das Programm im Gerät mit dem letzten freigegebenen vergleichen und das neue sichern, wenn es
richtig ist. Weiß niemand davon, als Vorfall behandeln: die Station trennen, das Gerät unter Beobachtung weiterlaufen lassen.
",
};

pub(crate) const PROGRAM_READ: German = German {
    title: "Ein Programm wurde aus einer Steuerung ausgelesen",
    help: "
## Was gefunden wird
Eine Station, die ein Steuerungsprogramm aus einem Gerät kopiert. Ein Befund je Paar aus Station und Gerät. Schwerer bei
Sicherheitssystemen und bei Stationen oberhalb der Anlage.
## Warum es in der Anlage zählt
Das Programm enthält das Rezept und das Wissen des Maschinenbauers. Wer es hat, sieht, welche Änderung unbemerkt Schaden
anrichtet. Auch Sicherung und Fehlersuche lesen Programme; dann weiß jemand davon.
## Was zu tun ist
Klären, ob es eine Sicherung oder ein Serviceeinsatz war. Wenn ja, die Station als dafür zugelassen vermerken. Weiß niemand
davon, ansehen, was die Station sonst getan hat, und ihr den Zugang zur Steuerung nehmen.
",
};

pub(crate) const PROTOCOL_INSECURE: German = German {
    title: "Geräte werden über ein ungeschütztes Protokoll verwaltet",
    help: "
## Was gefunden wird
Verwaltung und ferne Bildschirme ohne Verschlüsselung: Telnet, TFTP, SNMP Version 1 oder 2c, VNC, Dateiübertragung mit Passwort
im Klartext, Webseiten von Geräten ohne TLS. Ein Befund nennt alle Benutzer eines Protokolls. Bloße Meldungen, etwa
Protokollzeilen, sind nicht gemeint.
## Warum es in der Anlage zählt
Wer auf dem Weg sitzt, liest alles mit und kann es unterwegs ändern: Einstellungen eines Switches, das Bild eines Panels, eine
Konfigurationsdatei.
## Was zu tun ist
Auf die geschützte Form umstellen: SSH, SFTP, HTTPS, SNMPv3. Den alten Dienst im Gerät abschalten. Wo das nicht geht, darf nur
die Verwaltungsstation ihn erreichen.
",
};

pub(crate) const PROTOCOL_OBSOLETE: German = German {
    title: "Eine veraltete Protokollversion wird gesprochen",
    help: "
## Was gefunden wird
Verbindungen, die sich auf eine zurückgezogene oder bekanntermaßen gebrochene Version geeinigt haben, etwa SMB 1, TLS 1.0 oder
SSH 1. Ein Befund nennt alle, die eine Version sprechen.
## Warum es in der Anlage zählt
Alte Versionen haben Lücken, für die es fertige Angriffe gibt; der Wurm, der 2017 viele Anlagen stilllegte, kam über die älteste
Dateifreigabe. Eine solche Verschlüsselung schützt vor Versehen, nicht vor Menschen.
## Was zu tun ist
Den Server aktualisieren oder die alte Version darin abschalten. Vorher ansehen, welche Stationen davon abhängen. Kann eine
Maschine es nicht besser, in eine eigene Zelle stellen und nur für ihre Partner erreichbar machen.
",
};

pub(crate) const REMOTE_ACCESS_TOOL: German = German {
    title: "Ein Fernzugriffswerkzeug ist im Einsatz",
    help: "
## Was gefunden wird
Ferne Bildschirme und Fernwartungswerkzeuge in der Anlage, erkannt am Inhalt oder am Server, den sie ansprechen. Ein Befund je
Werkzeug und Gerät. Schwerer, wo die Gegenseite im Internet steht oder ein Bürorechner eine Station einer Zelle bedient. Die
Nutzung im Büro und der Weg vom Büro zum Sprungrechner in der DMZ sind nicht gemeint.
## Warum es in der Anlage zählt
Wer an der Gegenseite sitzt, arbeitet an der Station, als stünde er davor. Bei Werkzeugen, die nach außen rufen, zeigt keine
Firewallregel, dass die Tür offen ist, und niemand in der Halle sieht, wer drin ist.
## Was zu tun ist
Klären, wer es nutzt und für welche Maschine. Lieferanten und Personal über einen einzigen Weg in der DMZ einlassen, den eine
Person der Schicht öffnet, der von selbst endet und aufgezeichnet wird. Jedes andere Werkzeug entfernen.
",
};

pub(crate) const RUN_STATE_CHANGED: German = German {
    title: "Ein Gerät wurde gestartet, gestoppt oder zurückgesetzt",
    help: "
## Was gefunden wird
Eine Station, die eine Steuerung oder ein anderes Gerät startet, stoppt, zurücksetzt oder dessen Speicher löscht. Ein Befund je
Paar aus Station und Gerät. Schwerer bei Sicherheitssystemen und bei Stationen oberhalb der Anlage.
## Warum es in der Anlage zählt
Eine gestoppte Steuerung ist eine stehende Maschine; ein Neustart im falschen Augenblick bewegt Achsen und öffnet Ventile,
während Menschen danebenstehen. Ein Stopp ist auch der Schritt vor dem Laden eines neuen Programms.
## Was zu tun ist
Klären, wer es getan hat und warum; mit dem Schichtbuch vergleichen. Hat das Gerät einen Schlüsselschalter, ihn auf RUN lassen
und den Schlüssel abziehen. Diese Befehle nur von der Engineering-Station zulassen.
",
};

pub(crate) const SCAN: German = German {
    title: "Ein Host durchsucht das Netz",
    help: "
## Was gefunden wird
Ein Host, der viele Geräte oder viele Dienste eines Geräts anspricht, ohne Antwort zu bekommen; der Steuerungen an mehreren Hosts
sucht, die keine sind; der nach vielen Adressen fragt, hinter denen niemand ist; oder der hinter einer Adresse nach vielen
Einheiten fragt, von denen die meisten fehlen. Ein Befund je Host.
## Warum es in der Anlage zählt
Vor dem Angriff kommt die Suche. Auch eine gut gemeinte Suche, etwa durch ein Inventarwerkzeug der IT, hat schon Steuerungen
angehalten, die unbekannte Anfragen nicht vertragen.
## Was zu tun ist
Den Host finden. Ist es ein Inventar- oder Schwachstellenscanner, ihn aus den Zellen heraushalten oder mit der Produktion Zeit
und schonendes Profil vereinbaren. Kennt ihn niemand, trennen und ansehen, was er gefunden hat: die Geräte, die geantwortet haben.
",
};

pub(crate) const WRITE_UNEXPECTED: German = German {
    title: "Ein Gerät wird von einer ungewöhnlichen Station verändert",
    help: "
## Was gefunden wird
Eine Station, die Werte oder Einstellungen in ein Gerät schreibt, obwohl sie in der DMZ oder darüber steht, sonst anderes tut
(ein Bürorechner, ein Datenarchiv) oder nicht die Station ist, die üblicherweise mit diesem Gerät arbeitet. Eine Station, die
spät dazukam oder nach etwas fragt, das es nicht gibt, wird auch genannt, wenn sonst niemand das Gerät verändert. Ein Befund
nennt alle Geräte, die eine Station verändert hat.
Steuerungen, die untereinander Werte austauschen, und eine zweite Station gleicher Art in derselben Zone sind nicht gemeint.
## Warum es in der Anlage zählt
Ein Sollwert, der sich von unerwarteter Stelle ändert, verändert das Produkt oder bewegt eine Maschine, an der Menschen
arbeiten, und der Bediener am gewohnten Panel weiß nicht, warum.
## Was zu tun ist
Den Besitzer der Station fragen, wozu sie da ist. Muss sie schreiben, das als Übergang mit Namen und Grund einplanen. Wenn nicht,
ihr im Gerät das Recht nehmen oder den Weg in der Firewall sperren.
",
};
