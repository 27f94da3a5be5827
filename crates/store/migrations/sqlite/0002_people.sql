-- Who may come in: accounts, what they may do on each site, sessions, tokens, and keys that open once. Of passwords,
-- sessions, tokens, keys and recovery codes only hashes are kept. Times are nanoseconds since 1970-01-01 UTC.

CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    full_name TEXT NOT NULL,
    password TEXT NOT NULL,
    second_factor TEXT,
    second_factor_step BIGINT NOT NULL,
    closed_at BIGINT,
    created_at BIGINT NOT NULL,
    last_login_at BIGINT
);
CREATE UNIQUE INDEX account_name ON account (name);

CREATE TABLE account_role (
    account_id BIGINT NOT NULL REFERENCES account (id),
    site_id BIGINT NOT NULL REFERENCES site (id),
    role TEXT NOT NULL,
    PRIMARY KEY (account_id, site_id)
) WITHOUT ROWID;

-- Each opens once, when the telephone is lost.
CREATE TABLE recovery_code (
    account_id BIGINT NOT NULL REFERENCES account (id),
    hash TEXT NOT NULL,
    PRIMARY KEY (account_id, hash)
) WITHOUT ROWID;

CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id),
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE UNIQUE INDEX session_hash ON session (hash);
CREATE INDEX session_account ON session (account_id, id);

-- From where an account was entered before: such a place is not slowed down by guessing from elsewhere.
CREATE TABLE known_place (
    account_id BIGINT NOT NULL REFERENCES account (id),
    address TEXT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, address)
) WITHOUT ROWID;

CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE UNIQUE INDEX token_hash ON token (hash);
CREATE INDEX token_account ON token (account_id, id);

-- A link that opens once: kind is first-start, invitation, entry.
CREATE TABLE one_time_key (
    hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    account_id BIGINT REFERENCES account (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
