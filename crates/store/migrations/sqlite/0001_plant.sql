-- What is observed, what people say of it, and who did what. Times are nanoseconds since 1970-01-01 UTC; hours and days
-- are whole hours and days since then. Codes are the stable texts of the model. Every table of the plant carries its
-- site. Only the keys that count up by themselves are written differently for SQLite and PostgreSQL.

CREATE TABLE site (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
);
INSERT INTO site (id, name) VALUES (1, '');

-- One setting each; what is not here has its default.
CREATE TABLE setting (
    site_id BIGINT NOT NULL REFERENCES site (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (site_id, name)
);

-- The hash chain of changes.
CREATE TABLE audit_entry (
    site_id BIGINT NOT NULL REFERENCES site (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (site_id, number)
);

-- What was reported once: the same report a second time changes nothing.
CREATE TABLE report (
    site_id BIGINT NOT NULL REFERENCES site (id),
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    assets BIGINT NOT NULL,
    conversations BIGINT NOT NULL,
    PRIMARY KEY (site_id, id)
);
CREATE INDEX report_by_received ON report (site_id, received_at);

CREATE TABLE asset (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id BIGINT NOT NULL REFERENCES site (id),
    label TEXT NOT NULL,
    address TEXT NOT NULL,
    address_order TEXT NOT NULL,
    name TEXT,
    vendor TEXT,
    product TEXT,
    order_number TEXT,
    hardware TEXT,
    firmware TEXT,
    serial TEXT,
    os TEXT,
    level_inferred TEXT,
    level_percent BIGINT NOT NULL,
    level_reasons TEXT NOT NULL,
    level_reasons_german TEXT NOT NULL,
    level_inferred_at BIGINT NOT NULL,
    role_inferred TEXT,
    roles_inferred TEXT NOT NULL,
    role_reasons TEXT NOT NULL,
    role_reasons_german TEXT NOT NULL,
    zone_inferred TEXT,
    level_confirmed TEXT,
    role_confirmed TEXT,
    zone_confirmed TEXT,
    criticality TEXT,
    owner TEXT,
    note TEXT,
    recovery TEXT,
    level TEXT GENERATED ALWAYS AS (COALESCE(level_confirmed, level_inferred, '')) STORED,
    role TEXT GENERATED ALWAYS AS (COALESCE(role_confirmed, role_inferred, '')) STORED,
    vendor_order TEXT GENERATED ALWAYS AS (COALESCE(vendor, '')) STORED,
    zone TEXT GENERATED ALWAYS AS (COALESCE(zone_confirmed, zone_inferred, '')) STORED,
    safety BIGINT NOT NULL,
    routed BIGINT NOT NULL,
    silent BIGINT NOT NULL,
    vlans TEXT NOT NULL,
    protocols TEXT NOT NULL,
    packets_sent BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    quiet_at BIGINT,
    baselines BIGINT NOT NULL,
    search TEXT NOT NULL
);
CREATE INDEX asset_by_label ON asset (site_id, label, id);
CREATE INDEX asset_by_address ON asset (site_id, address_order, id);
CREATE INDEX asset_by_vendor ON asset (site_id, vendor_order, id);
CREATE INDEX asset_by_level ON asset (site_id, level, id);
CREATE INDEX asset_by_role ON asset (site_id, role, id);
CREATE INDEX asset_by_zone ON asset (site_id, zone, id);
CREATE INDEX asset_by_first ON asset (site_id, first_at, id);
CREATE INDEX asset_by_last ON asset (site_id, last_at, id);
CREATE INDEX asset_by_name ON asset (site_id, name);
CREATE INDEX asset_by_serial ON asset (site_id, serial);

-- An interface's address: kind is ip, mac.
CREATE TABLE asset_address (
    site_id BIGINT NOT NULL REFERENCES site (id),
    asset_id BIGINT NOT NULL REFERENCES asset (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (asset_id, kind, value)
) WITHOUT ROWID;
CREATE INDEX asset_address_by_value ON asset_address (site_id, value);

-- Every value that was ever stated of an attribute, and where.
CREATE TABLE asset_fact (
    asset_id BIGINT NOT NULL REFERENCES asset (id),
    attribute TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL,
    confidence TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (asset_id, attribute, value, source)
) WITHOUT ROWID;

-- What people said of an asset, word by word; the last of each word is valid, an empty value takes it back.
CREATE TABLE asset_word (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    asset_id BIGINT NOT NULL REFERENCES asset (id),
    word TEXT NOT NULL,
    value TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX asset_word_by_asset ON asset_word (asset_id, id);

-- An asset needs another to do its work.
CREATE TABLE asset_dependency (
    asset_id BIGINT NOT NULL REFERENCES asset (id),
    needs_asset_id BIGINT NOT NULL REFERENCES asset (id),
    note TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (asset_id, needs_asset_id)
);
CREATE INDEX asset_dependency_by_needs ON asset_dependency (needs_asset_id);

-- hour_last and hour_bytes follow last_at and bytes once an hour: lists are ordered by them, so that an update of a
-- busy conversation moves no index.
CREATE TABLE conversation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id BIGINT NOT NULL REFERENCES site (id),
    initiator TEXT NOT NULL,
    responder TEXT NOT NULL,
    transport TEXT NOT NULL,
    port BIGINT NOT NULL,
    initiator_asset BIGINT REFERENCES asset (id),
    responder_asset BIGINT REFERENCES asset (id),
    protocol TEXT NOT NULL,
    family TEXT NOT NULL,
    certainty TEXT NOT NULL,
    evidence TEXT NOT NULL,
    protection TEXT NOT NULL,
    packets BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    packets_sent BIGINT NOT NULL,
    flows BIGINT NOT NULL,
    malformed BIGINT NOT NULL,
    malformed_reason TEXT,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    baselines BIGINT NOT NULL,
    hour_last BIGINT NOT NULL,
    hour_bytes BIGINT NOT NULL
);
CREATE UNIQUE INDEX conversation_by_ends ON conversation (site_id, initiator, responder, transport, port);
CREATE INDEX conversation_by_initiator_asset ON conversation (initiator_asset, hour_last, id);
CREATE INDEX conversation_by_responder_asset ON conversation (responder_asset, hour_last, id);
CREATE INDEX conversation_by_last ON conversation (site_id, hour_last, id);
CREATE INDEX conversation_by_first ON conversation (site_id, first_at, id);
CREATE INDEX conversation_by_bytes ON conversation (site_id, hour_bytes, id);
CREATE INDEX conversation_by_protocol ON conversation (site_id, protocol, hour_last, id);
CREATE INDEX conversation_by_port ON conversation (site_id, port, hour_last, id);

CREATE TABLE conversation_operation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id BIGINT NOT NULL REFERENCES conversation (id),
    operation TEXT NOT NULL,
    name TEXT NOT NULL,
    code TEXT NOT NULL,
    by_initiator BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    answers BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    objects TEXT NOT NULL,
    more_objects BIGINT NOT NULL,
    baselines BIGINT NOT NULL
);
CREATE UNIQUE INDEX conversation_operation_by_words
    ON conversation_operation (conversation_id, operation, name, code, by_initiator);
CREATE INDEX conversation_operation_by_kind ON conversation_operation (operation, conversation_id);

-- What else is known of a conversation: kind is application (detail: family and certainty), version (detail: obsolete
-- or empty) or unit.
CREATE TABLE conversation_trait (
    conversation_id BIGINT NOT NULL REFERENCES conversation (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (conversation_id, kind, value)
) WITHOUT ROWID;

CREATE TABLE conversation_credential (
    conversation_id BIGINT NOT NULL REFERENCES conversation (id),
    kind TEXT NOT NULL,
    user_name TEXT NOT NULL,
    protection TEXT NOT NULL,
    weakness TEXT NOT NULL,
    by_initiator BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, kind, user_name, protection, weakness, by_initiator)
) WITHOUT ROWID;

-- Counts per hour. The row without an operation counts frames and all requests; operations that change a device are
-- counted again in a row each.
CREATE TABLE activity_hour (
    hour BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    operation TEXT NOT NULL,
    packets BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    PRIMARY KEY (hour, conversation_id, operation)
) WITHOUT ROWID;

-- The same per day, made from the hours once a day is over.
CREATE TABLE activity_day (
    day BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    operation TEXT NOT NULL,
    packets BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    PRIMARY KEY (day, conversation_id, operation)
) WITHOUT ROWID;

-- What is usual at certain times. Its bit marks the assets, conversations and operations that belong to it.
CREATE TABLE baseline (
    site_id BIGINT NOT NULL REFERENCES site (id),
    name TEXT NOT NULL,
    bit BIGINT NOT NULL,
    learning_from BIGINT NOT NULL,
    learning_until BIGINT NOT NULL,
    PRIMARY KEY (site_id, name)
);

-- Times that a person named: shutdown, maintenance, incident.
CREATE TABLE time_window (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id BIGINT NOT NULL REFERENCES site (id),
    kind TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX time_window_by_until ON time_window (site_id, until_at);

CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id BIGINT NOT NULL REFERENCES site (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    asset_id BIGINT REFERENCES asset (id),
    conversation_id BIGINT REFERENCES conversation (id),
    operation TEXT NOT NULL,
    name TEXT NOT NULL,
    before_value TEXT NOT NULL,
    after_value TEXT NOT NULL,
    baseline TEXT NOT NULL,
    incident BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times BIGINT NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    reason TEXT,
    finding_id BIGINT
);
CREATE UNIQUE INDEX change_by_subject ON change (site_id, subject) WHERE state IN ('open', 'finding');
CREATE INDEX change_by_last ON change (site_id, state, last_at, id);
CREATE INDEX change_by_asset ON change (asset_id, last_at, id);
CREATE INDEX change_by_conversation ON change (conversation_id, last_at, id);

CREATE TABLE finding (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id BIGINT NOT NULL REFERENCES site (id),
    check_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    severity TEXT NOT NULL,
    severity_rank BIGINT NOT NULL,
    title TEXT NOT NULL,
    title_german TEXT NOT NULL,
    detail TEXT NOT NULL,
    detail_german TEXT NOT NULL,
    remedy TEXT NOT NULL,
    remedy_german TEXT NOT NULL,
    technique TEXT,
    state TEXT NOT NULL,
    state_by TEXT,
    state_at BIGINT,
    reason TEXT,
    accepted_until BIGINT,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times BIGINT NOT NULL
);
CREATE UNIQUE INDEX finding_by_subject ON finding (site_id, check_id, subject);
CREATE INDEX finding_by_severity ON finding (site_id, severity_rank, last_at, id);
CREATE INDEX finding_by_last ON finding (site_id, last_at, id);
CREATE INDEX finding_by_state ON finding (site_id, state, severity_rank, last_at, id);

CREATE TABLE finding_asset (
    finding_id BIGINT NOT NULL REFERENCES finding (id),
    asset_id BIGINT NOT NULL REFERENCES asset (id),
    PRIMARY KEY (finding_id, asset_id)
) WITHOUT ROWID;
CREATE INDEX finding_asset_by_asset ON finding_asset (asset_id, finding_id);

CREATE TABLE finding_conversation (
    finding_id BIGINT NOT NULL REFERENCES finding (id),
    conversation_id BIGINT NOT NULL REFERENCES conversation (id),
    PRIMARY KEY (finding_id, conversation_id)
) WITHOUT ROWID;
CREATE INDEX finding_conversation_by_conversation ON finding_conversation (conversation_id, finding_id);

-- Every state a finding was in, who put it there and why.
CREATE TABLE finding_step (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    finding_id BIGINT NOT NULL REFERENCES finding (id),
    state TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX finding_step_by_finding ON finding_step (finding_id, id);
